// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "nnrun",
  platforms: [.macOS(.v15)],
  products: [],
  targets: []
)

// MARK: Kernels

// Kernels are optimized in debug builds too, and as whole modules, or everything above them crawls.
let kernelFlags = [
  "-Ounchecked", "-wmo", "-num-threads", "2", "-disable-batch-mode", "-enforce-exclusivity=unchecked",
  // A square root is then one instruction, not a call that may set errno.
  "-Xcc", "-fno-math-errno",
]

/// One instruction-set level: the sources of NNKernelsBaseline, compiled for `architecture`. Nothing of it may be
/// inlined into code that runs on processors of a lower level.
func kernelLevel(_ name: String, architecture: String?, define: String) -> Target {
  .target(
    name: name,
    dependencies: ["NNKernelsCommon"],
    swiftSettings: [
      .define(define),
      .unsafeFlags(kernelFlags + ["-disable-cmo"] + (architecture.map { ["-Xcc", "-march=\($0)"] } ?? [])),
    ])
}

#if arch(x86_64)
  let kernelLevels = [
    kernelLevel("NNKernelsBaseline", architecture: nil, define: "LEVEL_BASELINE"),
    kernelLevel("NNKernelsV3", architecture: "x86-64-v3", define: "LEVEL_V3"),
    kernelLevel("NNKernelsV4", architecture: "x86-64-v4", define: "LEVEL_V4"),
  ]
#else
  let kernelLevels = [kernelLevel("NNKernelsBaseline", architecture: nil, define: "LEVEL_BASELINE")]
#endif

let kernelTargets: [Target] =
  kernelLevels + [
    .systemLibrary(name: "CProcessor"),
    .target(name: "NNKernelsCommon", dependencies: ["CProcessor"], swiftSettings: [.unsafeFlags(kernelFlags)]),
    .target(
      name: "NNKernels",
      dependencies: ["NNKernelsCommon", "CProcessor"] + kernelLevels.map { .target(name: $0.name) },
      swiftSettings: [.unsafeFlags(kernelFlags)]),
    .executableTarget(name: "nnkernelbench", dependencies: ["NNKernels"], path: "Sources/NNKernelsBench"),
    .testTarget(name: "NNKernelsTests", dependencies: ["NNKernels"]),
  ]

package.targets += kernelTargets
