// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "embedding",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "nnrun", path: "../../..")],
  targets: [.executableTarget(name: "embedding", dependencies: [.product(name: "NNRun", package: "nnrun")])]
)
