// swift-tools-version: 6.3
import PackageDescription

/// A program that feeds one kind of reader. libFuzzer calls the target function, and its own main starts the program.
func fuzzer(_ what: String, products: [String] = ["NNRun"]) -> Target {
  .executableTarget(
    name: "fuzz-\(what)",
    dependencies: ["FuzzSupport"] + products.map { .product(name: $0, package: "nnrun") },
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "nnrun", path: "../..")],
  targets: [
    .target(name: "FuzzSupport", dependencies: [.product(name: "NNRun", package: "nnrun")]),
    fuzzer("model"), fuzzer("weights"), fuzzer("csv"), fuzzer("series"), fuzzer("arrays"), fuzzer("idx"), fuzzer("pictures"),
    fuzzer("formulas", products: ["NNRun", "NNExplanation"]),
  ]
)
