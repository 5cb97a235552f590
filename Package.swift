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
]

let layerFamilies = ["DenseLayers", "ActivationLayers", "LossLayers", "ShapeLayers", "RegularizationLayers"]

let plugins: [Target] =
  layerFamilies.map { .target(name: $0, dependencies: ["NNCore", "NNKernels"], path: "Plugins/\($0)") } + [
    .target(
      name: "StandardLayers", dependencies: ["NNCore"] + layerFamilies.map { .init(stringLiteral: $0) },
      path: "Plugins/StandardLayers")
  ]

let kernels: [Target] = [
  .target(name: "NNKernels")
]

let tests: [Target] = [
  .testTarget(name: "NNCoreTests", dependencies: ["NNCore", "NNKernels"]),
  .testTarget(name: "NNModelTests", dependencies: ["NNModel", "NNCore", "NNKernels"], exclude: ["Fixtures"]),
]

let package = Package(
  name: "nnrun",
  platforms: [.macOS(.v15)],
  products: [],
  targets: kernels + libraries + plugins + tests
)
