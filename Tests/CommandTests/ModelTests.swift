import Foundation
import Testing

@Suite struct ModelTests {
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: Tool.models)) ?? [])
    .filter { $0.hasSuffix(".xml") }.sorted()

  @Test func thereAreModels() { #expect(Self.names.count >= 8) }

  @Test(arguments: names) func isSound(_ name: String) throws {
    let place = try Workplace()
    let check = try place.run("check", "\(Tool.models)/\(name)")
    #expect(check.code == 0, "\(check.messages)")
    #expect(check.messages.isEmpty || ["multilinear.xml", "cifar10-quick.xml"].contains(name), "\(check.messages)")
    let expanded = try place.run("check", "\(Tool.models)/\(name)", "--expanded").output
    try place.write(expanded, to: "expanded.xml")
    #expect(try place.run("check", "expanded.xml").code == 0)
    #expect(try place.run("summary", "\(Tool.models)/\(name)", "--json").code == 0)
  }

  /// Nets whose many passes would take minutes; their layers are checked one by one by the conformance tests.
  static let large: Set<String> = [
    "cifar-vgg.xml", "cifar10-full.xml", "cifar10-quick.xml", "mobilenet-small.xml", "resnet20.xml",
    "sentence-encoder.xml",
  ]

  /// A sanitizer would take half an hour for the passes of the larger ones.
  @Test(.enabled(if: !Tool.isSanitized), arguments: names.filter { !large.contains($0) }) func gradientsAreRight(
    _ name: String
  ) throws {
    let place = try Workplace()
    let result = try place.run("gradcheck", "\(Tool.models)/\(name)", "--batch", "2")
    #expect(result.code == 0, "\(result.output)\(result.messages)")
  }

  @Test func multilinearIsWarnedAbout() throws {
    let place = try Workplace()
    let check = try place.run("check", "\(Tool.models)/multilinear.xml")
    #expect(check.messages.contains("two linear layers are still one linear layer"))
    #expect(try place.run("check", "\(Tool.models)/multilinear.xml", "--strict").code == 65)
  }

  /// The closed form of least squares on the training set, in the model's own standardized columns: the mean squared
  /// error that NumPy's lstsq leaves.
  @Test func linearRegressionReachesTheClosedForm() throws {
    let place = try Workplace()
    for model in ["linear-regression", "multilinear"] {
      #expect(try place.run("train", "\(Tool.models)/\(model).xml", "-q").code == 0)
      let last = try #require(try place.text("runs/\(model)/metrics.jsonl").split(separator: "\n").last)
      let record = try #require(try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
      let loss = try #require((record["training"] as? [String: Double])?["loss"])
      #expect((loss - 2798.412856490112).magnitude < 1e-6)
    }
  }

  @Test(arguments: [
    ("logistic-regression", "accuracy=0.95"), ("xor", "accuracy=1"), ("perceptron", "accuracy=0.9"),
    ("softmax-classifier", "accuracy=0.93"),
  ])
  func reachesItsResult(_ name: String, _ requirement: String) throws {
    let place = try Workplace()
    let result = try place.run("train", "\(Tool.models)/\(name).xml", "-q", "--require", requirement)
    #expect(result.code == 0, "\(result.output)")
  }

  @Test func traceHoldsEveryNumber() throws {
    let place = try Workplace()
    try place.writeModel()
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 12), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
    for value in 0..<24 { withUnsafeBytes(of: Double(value) / 10) { file.append(contentsOf: $0) } }
    try file.write(to: place.url.appendingPathComponent("x.npy"))
    try place.write("0\n2\n", to: "y.csv")
    let result = try place.run(
      "trace", "small.xml", "--input", "x.npy", "--target", "y.csv", "--precision", "double", "--output",
      "t.safetensors")
    #expect(result.code == 0, "\(result.messages)")
    let list = try place.run("weights", "inspect", "t.safetensors").output
    for name in [
      "forward/x", "forward/fc1", "forward/relu1", "loss", "backward/fc1", "backward/x", "gradient/fc2.bias",
    ] {
      #expect(list.contains("\(name) "), "\(name)")
    }
  }

  @Test func benchReportsItsNumbers() throws {
    let place = try Workplace()
    try place.writeModel()
    for mode in ["train", "infer"] {
      let result = try place.run("bench", "small.xml", "--mode", mode, "--batch", "8", "--seconds", "0.1", "--json")
      let parsed = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      for key in [
        "model", "mode", "batch", "threads", "microsecondsPerSample", "p50Microseconds", "p99Microseconds", "gflops",
        "layers",
      ] {
        #expect(parsed[key] != nil, "\(key)")
      }
    }
  }

  @Test func kernelsOfEveryLevelTrainAlike() throws {
    let place = try Workplace()
    for level in ["baseline", "v3", "v4"] {
      let result = try place.run(
        "train", "\(Tool.models)/softmax-classifier.xml", "-q", "--require", "accuracy=0.93", "--output", level,
        environment: ["NNRUN_ISA": level])
      #expect(result.code == 0, "\(level): \(result.output)\(result.messages)")
    }
  }
}
