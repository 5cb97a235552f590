// swift-tools-version: 6.2
import PackageDescription

// Rooms, from the ground up. Arrows point one way: a target names only targets above it in this list.

let libraries: [Target] = [
  .systemLibrary(
    name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
  .target(name: "NNCore", dependencies: ["NNKernels"]),
  .target(name: "NNFiles", dependencies: ["NNCore", "CZlib"]),
  .target(name: "NNModel", dependencies: ["NNCore", "NNFiles", "CLibXML2"]),
  .target(name: "NNWeights", dependencies: ["NNCore", "NNFiles"]),
  .target(name: "NNData", dependencies: ["NNCore", "NNFiles"]),
  .target(name: "NNTraining", dependencies: ["NNCore", "NNFiles", "NNModel", "NNWeights", "NNData"]),
  .target(name: "NNInference", dependencies: ["NNCore", "NNFiles", "NNModel", "NNWeights", "NNData"]),
  .target(name: "NNCommandLine", dependencies: ["NNCore", "NNKernels", "NNFiles", "NNData", "NNInference"]),
]

let layerFamilies = ["DenseLayers", "ActivationLayers", "LossLayers", "ShapeLayers", "RegularizationLayers"]

let plugins: [Target] =
  layerFamilies.map { .target(name: $0, dependencies: ["NNCore", "NNKernels"], path: "Plugins/\($0)") } + [
    .target(
      name: "StandardLayers", dependencies: ["NNCore"] + layerFamilies.map { .init(stringLiteral: $0) },
      path: "Plugins/StandardLayers")
  ]

let programs: [Target] = [
  .executableTarget(
    name: "nnrun",
    dependencies: ["NNCommandLine", "NNModel", "NNWeights", "NNData", "NNTraining", "NNInference", "StandardLayers"]),
  .executableTarget(name: "nninfer", dependencies: ["NNCommandLine", "StandardLayers"]),
]

let tests: [Target] = [
  .testTarget(name: "NNCoreTests", dependencies: ["NNCore", "NNKernels"]),
  .testTarget(name: "NNFilesTests", dependencies: ["NNFiles", "NNCore"]),
  .testTarget(name: "NNDataTests", dependencies: ["NNData", "NNFiles", "NNCore", "NNKernels"], exclude: ["Fixtures"]),
  .testTarget(
    name: "NNWeightsTests", dependencies: ["NNWeights", "NNFiles", "NNCore", "NNKernels"], exclude: ["Fixtures"]),
  .testTarget(name: "NNModelTests", dependencies: ["NNModel", "NNCore", "NNKernels"], exclude: ["Fixtures"]),
]

let package = Package(
  name: "nnrun",
  platforms: [.macOS(.v15)],
  products: [],
  targets: libraries + plugins + programs + tests
)

// MARK: Kernels

// Kernels are optimized in debug builds too, and as whole modules, or everything above them crawls.
let kernelFlags = [
  "-Ounchecked", "-wmo", "-num-threads", "2", "-disable-batch-mode", "-enforce-exclusivity=unchecked",
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
