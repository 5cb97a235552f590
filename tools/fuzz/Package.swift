// swift-tools-version: 6.2
import PackageDescription

// libFuzzer calls the target function, and its own main starts the program.
let fuzzed: [SwiftSetting] = [.unsafeFlags(["-parse-as-library"])]

let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "nnrun", path: "../..")],
  targets: [
    .executableTarget(
      name: "fuzz-model", dependencies: [.product(name: "NNRun", package: "nnrun")], swiftSettings: fuzzed),
    .executableTarget(
      name: "fuzz-weights", dependencies: [.product(name: "NNRun", package: "nnrun")], swiftSettings: fuzzed),
  ]
)
