// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "nnrun",
  platforms: [.macOS(.v15)],
  products: [],
  targets: [
    .target(name: "NNKernels")
  ]
)
