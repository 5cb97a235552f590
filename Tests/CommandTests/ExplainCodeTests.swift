import Foundation
import Testing

/// The programs that `nnrun explain --code` prints, run: they print the numbers that explain finds.
@Suite struct ExplainCodeTests {
  private static let formulas: [[String]] = [
    ["--expression", "(x + y) * z", "x=-2", "y=5", "z=-4"],
    ["--expression", "1 / (1 + exp(-(w * x + b)))", "w=2", "x=-1", "b=3", "--fuse"],
    ["--expression", "max(x, y, in) + min(x, y) - abs(x) * sqrt(y) / 2", "x=-1.5", "y=2", "in=0.25"],
    ["--expression", "x^2 + x^y + 2^x + tanh(x) * sigmoid(y) - relu(x - y) + 3", "x=1.5", "y=2"],
    ["--expression", "log(x) * sin(y) / cos(x) - -x * x + 0 * y", "x=0.5", "y=2"],
    ["--expression", "class * grad_x + x1", "class=2", "grad_x=3", "x1=1"],
    ["\(Tool.models)/lecture/patterns.xml"],
    ["\(Tool.models)/lecture/logistic-regression.xml"],
  ]

  @Test(arguments: formulas)
  func python(_ words: [String]) throws { try check(words, "python") }

  @Test(arguments: formulas)
  func swift(_ words: [String]) throws { try check(words, "swift") }

  /// Arrays: broadcasting, matrices, a net's layers.
  @Test func arrays() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="arrays"><network>
        <input name="W" shape="2x3" value="0.5 -1 2 0.25 3 -0.5"/>
        <input name="x" shape="3" value="1 2 -1"/>
        <input name="s" shape="1" value="1.5"/>
        <matmul name="Wx" from="W x"/>
        <multiply name="p" from="Wx s"/>
        <tanh/>
        <dense name="fc" units="4"/>
        <relu/>
        <dense name="last" units="3" bias="false"/>
        <sigmoid name="y"/>
        <dot name="d" from="y x"/>
        <mean name="m" from="y"/>
        <sum name="t" from="x"/>
        <add name="f" from="d m t"/>
      </network></model>
      """, to: "arrays.xml")
    try check(["arrays.xml"], "python", in: place)
    let swift = try place.run("explain", "arrays.xml", "--code", "swift")
    #expect(swift.code == 64 && swift.messages.contains("use --code python"))
  }

  @Test func layersWithoutAFormula() throws {
    let place = try Workplace()
    try place.write(
      #"<model xmlns="urn:nnrun:model:1" name="m"><network><input name="x" shape="3" value="1 2 3"/><softmax/>"#
        + "</network></model>", to: "m.xml")
    let result = try place.run("explain", "m.xml", "--code", "python")
    #expect(result.code == 64 && result.messages.contains("<softmax>, the layer 'softmax1', has no formula to write"))
  }

  private func check(_ words: [String], _ language: String, in given: Workplace? = nil) throws {
    let place = try given ?? Workplace()
    let json = try Tool.run("nnrun", ["explain"] + words + ["--json"], in: place.url)
    let program = try Tool.run("nnrun", ["explain"] + words + ["--code", language], in: place.url)
    try #require(json.code == 0 && program.code == 0, "\(json.messages)\(program.messages)")
    let printed = try numbers(try run(program.output, language, in: place))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let nodes = try #require(object["nodes"] as? [[String: Any]])
    try #require(printed.count == 2 * nodes.count)
    for (position, node) in nodes.enumerated() {
      for (key, found) in [("value", printed[position]), ("gradient", printed[nodes.count + position])] {
        let expected = flat(node[key])
        try #require(found.count == expected.count, "\(node["name"] ?? "") \(key): \(found)")
        for (a, b) in zip(found, expected) {
          // NumPy prints arrays with eight digits.
          #expect((a - b).magnitude <= 2e-8 * max(1, b.magnitude), "\(node["name"] ?? "") \(key): \(a), not \(b)")
        }
      }
    }
  }

  private func run(_ program: String, _ language: String, in place: Workplace) throws -> String {
    let process = Process()
    let output = place.url.appendingPathComponent("printed")
    if language == "python" {
      try place.write(program, to: "program.py")
      let candidates = ["python3", "/usr/bin/python3"]
      let script = candidates.map { "{ \($0) -c 'import numpy' 2>/dev/null && exec \($0) program.py; }" }
      process.arguments = ["-c", script.joined(separator: " || ")]
    } else {
      try place.write(program, to: "program.swift")
      process.arguments = ["-c", "swiftc -suppress-warnings program.swift -o program && ./program"]
    }
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = place.url
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program)")
    return String(decoding: try Data(contentsOf: output), as: UTF8.self)
  }

  /// The numbers after each `name =`; an array may take several lines.
  private func numbers(_ text: String) throws -> [[Double]] {
    var result: [[Double]] = []
    for line in text.split(separator: "\n") {
      var rest = line
      if let equals = line.firstRange(of: " = ") {
        result.append([])
        rest = line[equals.upperBound...]
      }
      let words = rest.split { " []".contains($0) }
      result[result.count - 1] += try words.map { try #require(Double($0), "\(line)") }
    }
    return result
  }

  private func flat(_ value: Any?) -> [Double] {
    if let list = value as? [Any] { return list.flatMap { flat($0) } }
    return (value as? Double).map { [$0] } ?? []
  }
}
