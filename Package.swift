// swift-tools-version: 6.3
import PackageDescription

// Rooms, from the ground up. Arrows point one way: a target names only targets above it in this list.

let libraries: [Target] = [
  .systemLibrary(
    name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
  .systemLibrary(
    name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
  .target(name: "NNText"),
  .target(name: "NNCore", dependencies: ["NNText", "NNKernels"]),
  .target(name: "NNFormulas", dependencies: ["NNText", "NNCore", "NNKernels"]),
  .target(name: "NNFiles", dependencies: ["NNText", "NNCore", "CZlib"]),
  .target(name: "NNModel", dependencies: ["NNText", "NNCore", "NNFormulas", "NNFiles", "CLibXML2", "NNKernels"]),
  .target(name: "NNWeights", dependencies: ["NNText", "NNCore", "NNKernels", "NNFiles"]),
  .target(name: "NNImages", dependencies: ["NNCore", "CPNG", "CTurboJPEG"]),
  .target(name: "NNData", dependencies: ["NNText", "NNCore", "NNKernels", "NNFiles", "NNImages"]),
  .target(name: "NNDrawing", dependencies: ["NNText", "NNCore"]),
  .target(name: "NNCollectives", dependencies: ["NNKernels"]),
  .target(
    name: "NNTraining",
    dependencies: [
      "NNText", "NNCore", "NNKernels", "NNFiles", "NNModel", "NNWeights", "NNData", "NNDrawing", "NNCollectives",
    ]),
  .target(
    name: "NNInference", dependencies: ["NNText", "NNCore", "NNKernels", "NNFiles", "NNModel", "NNWeights", "NNData"]),
  .target(
    name: "NNConformance",
    dependencies: ["NNCore", "NNKernels", "NNWeights", "NNData", "NNTraining", "NNInference"]),
  .systemLibrary(name: "CNNRunLayer"),
  .target(name: "NNPlugins", dependencies: ["NNText", "NNCore", "NNKernels", "NNFiles", "CNNRunLayer"]),
  .target(name: "NNManual", dependencies: ["NNCore", "NNModel"]),
  .target(name: "NNExplain", dependencies: ["NNText", "NNCore", "NNKernels", "NNFormulas", "NNDrawing"]),
  .target(
    name: "NNCommandLine",
    dependencies: ["NNText", "NNCore", "NNKernels", "NNFiles", "NNModel", "NNData", "NNInference", "NNPlugins"]),
]

let layerFamilies = [
  "ArithmeticLayers", "DenseLayers", "ConvolutionLayers", "ActivationLayers", "LossLayers", "ShapeLayers",
  "NormalizationLayers", "RegularizationLayers", "SequenceLayers",
]

let plugins: [Target] =
  layerFamilies.map { .target(name: $0, dependencies: ["NNCore", "NNKernels"], path: "Plugins/\($0)") } + [
    .target(
      name: "StandardLayers", dependencies: ["NNCore"] + layerFamilies.map { .init(stringLiteral: $0) },
      path: "Plugins/StandardLayers")
  ]

let inferenceRooms =
  [
    "NNKernels", "NNText", "NNCore", "NNFormulas", "NNFiles", "NNModel", "NNWeights", "NNData", "NNInference",
    "StandardLayers",
  ]
  + layerFamilies

/// Plug-ins in Swift use the program's own copy of the core.
let exportedSymbols: [LinkerSetting] = [
  .unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))
]

let programs: [Target] = [
  .target(
    name: "NNRunCommands",
    dependencies: [
      "NNCommandLine", "NNText", "NNCore", "NNKernels", "NNFormulas", "NNFiles", "NNModel", "NNManual", "NNWeights",
      "NNData",
      "NNTraining", "NNInference", "NNPlugins", "NNConformance", "NNDrawing", "NNExplain", "NNCollectives",
      "ActivationLayers", "StandardLayers",
    ],
    resources: [
      .embedInCode("Plugins/Headers")
    ]),
  .executableTarget(name: "nnrun", dependencies: ["NNRunCommands"], linkerSettings: exportedSymbols),
  .executableTarget(
    name: "nninfer", dependencies: ["NNCommandLine", "StandardLayers"], linkerSettings: exportedSymbols),
]

/// Whether allocations are counted in tests. A sanitizer has functions of its own in those places; tools/sanitize says so.
let countsAllocations = Context.environment["NNRUN_SANITIZER"] == nil

/// Puts the counting functions of NNTestSupport into the place of the C library's, in test programs only.
let countedAllocation = ["malloc", "calloc", "realloc", "memalign", "aligned_alloc", "posix_memalign"].flatMap {
  ["-Xlinker", "--defsym=\($0)=nntest_\($0)", "-Xlinker", "--export-dynamic-symbol=\($0)"]
}

let tests: [Target] = [
  .testTarget(name: "NNTextTests", dependencies: ["NNText"]),
  .testTarget(name: "NNCoreTests", dependencies: ["NNCore", "NNKernels"]),
  .testTarget(name: "NNCollectivesTests", dependencies: ["NNCollectives", "NNKernels"]),
  .testTarget(
    name: "NNTrainingTests",
    dependencies: [
      "NNTraining", "NNCollectives", "NNText", "NNCore", "NNKernels", "NNFiles", "NNData", "NNWeights", "NNInference",
      "NNTestSupport",
      "DenseLayers", "LossLayers", "NormalizationLayers", "RegularizationLayers", "ShapeLayers",
    ],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "NNExplainTests",
    dependencies: ["NNExplain", "NNDrawing", "NNCore", "NNKernels", "ActivationLayers", "StandardLayers"],
    exclude: ["Fixtures"]),
  .testTarget(name: "CommandTests", dependencies: ["nnrun", "nninfer"], exclude: ["Fixtures"]),
  .testTarget(
    name: "LanguageTests",
    dependencies: [
      "NNManual", "NNModel", "NNText", "NNCore", "NNData", "NNTraining", "StandardLayers", "CLibXML2", "NNKernels",
    ],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "NNPluginsTests", dependencies: ["NNPlugins", "NNTestSupport", "NNCore", "NNKernels", "StandardLayers"]),
  .testTarget(
    name: "NNFormulasTests", dependencies: ["NNFormulas", "NNTestSupport", "NNCore", "NNKernels", "StandardLayers"]),
  .testTarget(name: "NNFilesTests", dependencies: ["NNFiles", "NNCore", "NNTestSupport"]),
  .testTarget(
    name: "NNDataTests", dependencies: ["NNData", "NNText", "NNFiles", "NNImages", "NNCore", "NNKernels"],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "NNWeightsTests", dependencies: ["NNWeights", "NNFiles", "NNCore", "NNKernels"], exclude: ["Fixtures"]),
  .testTarget(name: "NNModelTests", dependencies: ["NNModel", "NNCore", "NNKernels"], exclude: ["Fixtures"]),
  .testTarget(
    name: "NNInferenceTests",
    dependencies: [
      "NNInference", "NNCore", "NNKernels", "NNFiles", "NNModel", "NNData", "NNWeights", "NNTestSupport",
      "StandardLayers",
    ] + layerFamilies.map { .init(stringLiteral: $0) }),
  .testTarget(name: "NNCommandLineTests", dependencies: ["NNCommandLine", "NNCore", "NNFiles"]),
  .target(
    name: "NNTestSupport", dependencies: ["NNConformance", "NNCore", "NNKernels"],
    path: "Tests/NNTestSupport",
    swiftSettings: countsAllocations ? [.define("COUNTS_ALLOCATIONS", .when(platforms: [.linux]))] : [],
    linkerSettings: countsAllocations ? [.unsafeFlags(countedAllocation, .when(platforms: [.linux]))] : []),
  .testTarget(
    name: "PluginTests",
    dependencies: [
      "NNTestSupport", "StandardLayers", "NNCore", "NNKernels", "NNFiles", "NNModel", "NNData", "NNTraining",
      "NNInference", "NNWeights",
    ]
      + layerFamilies.map { .init(stringLiteral: $0) },
    exclude: ["Fixtures"]),
]

let package = Package(
  name: "nnrun",
  platforms: [.macOS(.v15)],
  products: [
    // Everything: nets in code and from XML, data, training, prediction.
    .library(name: "NNRun", targets: inferenceRooms + ["NNTraining"]),
    // Prediction alone.
    .library(name: "NNRunInference", targets: inferenceRooms),
    // The command line, for programs with elements of their own.
    .library(name: "NNRunCommands", targets: ["NNRunCommands"]),
    .library(name: "NNInferCommand", targets: ["NNCommandLine", "StandardLayers"]),
    // Formulas with all the numbers of both passes.
    .library(name: "NNExplanation", targets: ["NNExplain"]),
    // Gradient check and conformance checks, for authors of layers.
    .library(name: "NNTestSupport", targets: ["NNTestSupport"]),
  ],
  targets: libraries + plugins + programs + tests
)

// MARK: Kernels

// Kernels are optimized in debug builds too, and as whole modules, or everything above them crawls.
let kernelFlags = [
  "-Ounchecked", "-wmo", "-num-threads", "2", "-disable-batch-mode", "-enforce-exclusivity=unchecked",
  // A square root is then one instruction, not a call that may set errno.
  "-Xcc", "-fno-math-errno",
]

/// One instruction-set level: the sources of NNKernelsBaseline, compiled for `architecture`. Nothing of it may be
/// inlined into code that runs on processors of a lower level, nor may the linker take from it a function that several
/// modules have, such as those that copy values of a type with metadata; tools/check-levels looks.
func kernelLevel(_ name: String, architecture: String?, define: String) -> Target {
  .target(
    name: name,
    dependencies: ["NNKernelsCommon", "CProcessor"],
    swiftSettings: [
      .define(define),
      .unsafeFlags(
        kernelFlags + ["-disable-cmo", "-Xfrontend", "-disable-reflection-metadata"]
          + (architecture.map { ["-Xcc", "-march=\($0)"] } ?? [])),
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
    // Its tests look at every element of many arrays.
    .testTarget(name: "NNKernelsTests", dependencies: ["NNKernels"], swiftSettings: [.unsafeFlags(["-O"])]),
  ]

package.targets += kernelTargets
