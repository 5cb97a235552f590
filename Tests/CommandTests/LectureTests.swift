import Foundation
import Testing

/// The lecture's walk, command by command.
@Suite struct LectureTests {
  private static let root = URL(fileURLWithPath: Tool.models).deletingLastPathComponent()

  /// A small copy of the net of two layers, whose losses NumPy wrote (tools/reference/two_layer.py --small).
  @Test func twoLayersAgreeWithNumPy() throws {
    let place = try Workplace()
    let data = Self.root.appendingPathComponent("Tests/CommandTests/Fixtures/two-layer").path
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="small" precision="double">
        <data><npy role="train" path="\(data)/x.npy" labels="\(data)/y.npy"/></data>
        <network>
          <input name="x" shape="20"/>
          <dense name="w1" units="6" bias="false"/>
          <sigmoid/>
          <dense name="w2" units="3" bias="false"/>
          <squaredError reduction="sum"/>
        </network>
        <training epochs="40" batch="8" shuffle="false"><sgd rate="0.01"/></training>
      </model>
      """, to: "small.xml")
    let packed = try place.run(
      "weights", "pack", "start.safetensors", "w1.weight=\(data)/w1.npy", "w2.weight=\(data)/w2.npy", "--transpose")
    #expect(packed.code == 0, "\(packed.messages)")
    let run = try place.run(
      "train", "small.xml", "--weights", "start.safetensors", "--output", "run", "--every", "1")
    #expect(run.code == 0, "\(run.messages)")
    let expected = try String(contentsOfFile: "\(data)/losses.txt", encoding: .utf8).split(separator: "\n")
      .compactMap { Double($0) }
    let lines = try String(contentsOf: place.url.appendingPathComponent("run/metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 40 && expected.count == 40)
    for (line, loss) in zip(lines, expected) {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let found = try #require((object?["training"] as? [String: Any])?["loss"] as? Double)
      #expect((found - loss).magnitude <= 1e-12 * loss)
    }
    let shown = run.output + run.messages
    #expect(shown.split(separator: "\n").count { $0.hasPrefix("epoch ") } == 40)
  }

  /// The numbers of a line such as `  dh3/dw = -0.7657292    (…)`, by what stands before the equals sign.
  private func numbers(_ text: String, after heading: String) -> [String: [Double]] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != heading }.dropFirst()
    var result: [String: [Double]] = [:]
    for line in lines.prefix(while: { $0.hasPrefix("  ") }) {
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      let value = parts.last?.prefix { $0 != "(" }.trimmingCharacters(in: CharacterSet(charactersIn: "[] ")) ?? ""
      result[parts[0]] = value.split(separator: " ").compactMap { Double($0) }
    }
    return result
  }

  /// Backpropagation through time, and attention, taken apart; the numbers by PyTorch in double precision.
  @Test func sequencesAgreeWithPyTorch() throws {
    let place = try Workplace()
    func check(_ found: [String: [Double]], _ expected: [String: [Double]]) {
      for (name, values) in expected {
        let numbers = found[name] ?? []
        #expect(numbers.count == values.count, "\(name) \(found)")
        for (number, value) in zip(numbers, values) { #expect((number - value).magnitude < 5e-5, "\(name)") }
      }
    }
    let recurrence = try place.run("explain", "\(Tool.models)/lecture/recurrence.xml").output
    check(
      numbers(recurrence, after: "forward"),
      ["h1": [0.46211715726], "h2": [-0.11912538166], "h3": [-0.38396300609]])
    check(
      numbers(recurrence, after: "gradients"),
      [
        "dh3/dw": [-0.76572916528], "dh3/du": [-0.41228085888], "dh3/dh1": [0.53790315339], "dh3/dh2": [-0.68205792796],
      ])
    let attention = try place.run("explain", "\(Tool.models)/lecture/attention.xml").output
    check(
      numbers(attention, after: "forward"),
      ["weights": [0.31987, 0.22461, 0.45553], "mean": [3.2713, 4.2713], "f": [7.542645]])
    check(
      numbers(attention, after: "gradients"),
      [
        "df/dquery": [0.086183, 1.0275], "df/dkeys": [-1.0275, -0.51373, -0.086183, -0.043092, 1.1136, 0.55682],
        "df/dvalues": [0.31987, 0.31987, 0.22461, 0.22461, 0.45553, 0.45553],
      ])
  }

  /// A cell of one's own shows its part of a shared parameter's gradient at each step, by the closed form.
  @Test func unrolledCellsShowTheirParts() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><network>
        <input name="x" shape="3x1" value="1 0.5 -1"/>
        <recurrent name="cell" state="1" return="last">
          <dense name="in" units="1" bias="false" from="{input}"/>
          <dense name="back" units="1" bias="false" from="{state}"/>
          <add from="in back"/>
          <tanh name="h"/>
        </recurrent>
      </network></model>
      """, to: "m.xml")
    let text = try place.run("explain", "m.xml").output
    let (values, gradients) = (numbers(text, after: "forward"), numbers(text, after: "gradients"))
    let states = try ["cell.h", "cell.2.h", "cell.3.h"].map { try #require(values[$0]?.first) }
    let weight = try #require(values["cell.back.weight"]?.first)
    var upstream = 1.0
    var (inner, back) = (0.0, 0.0)
    for step in [2, 1, 0] {
      let local = upstream * (1 - states[step] * states[step])
      inner += local * [1, 0.5, -1][step]
      back += step > 0 ? local * states[step - 1] : 0
      upstream = local * weight
    }
    let ofInput = try #require(gradients.first { $0.key.hasSuffix("/dcell.in.weight") }?.value.first)
    let ofState = try #require(gradients.first { $0.key.hasSuffix("/dcell.back.weight") }?.value.first)
    #expect((ofInput - inner).magnitude < 1e-5 && (ofState - back).magnitude < 1e-5, "\(gradients)")
    #expect(text.components(separatedBy: "part of ").count >= 5, "\(text)")
  }

  @Test(arguments: [
    (["weights", "pack", "w.safetensors"], "pack needs arrays"),
    (["weights", "pack", "w.safetensors", "x.npy"], "'x.npy' names no array"),
    (["weights", "pack", "w.safetensors", "w=a.npy", "w=b.npy"], "a.npy"),
    (["weights", "inspect", "w.safetensors", "--transpose"], "--transpose goes with pack alone"),
    (["layers", "softmax", "--plot"], "<softmax> is not a function of one number"),
    (["layers", "dense", "--plot", "units=2"], "<dense> is not a function of one number"),
    (["layers", "sgd", "--plot"], "<sgd> is not a layer"),
    (["layers", "elu", "--plot", "beta=2"], "'beta=2' sets no attribute of <elu>"),
    (["layers", "addConstant", "--plot"], "<addConstant> needs the attribute 'value'"),
    (["layers", "relu", "--plot", "--range", "5:1"], "'5:1' is no range"),
    (["layers", "relu", "alpha=1"], "there is an argument too many"),
    (["explain", "--expression", "x", "x=1", "--input", "2"], "--input does not go with --expression"),
    (["explain", "--at", "none.safetensors", "--input", "2"], "none.safetensors"),
    (["train", "none.xml", "--every", "0"], "none.xml"),
  ])
  func mistakes(_ words: [String], _ message: String) throws {
    let place = try Workplace()
    let result = try Tool.run("nnrun", words, in: place.url)
    #expect(result.code != 0 && result.messages.contains(message), "\(result.messages)")
  }

  /// Every activation but softmax and maxout has a curve.
  @Test(arguments: [
    "step", "sigmoid", "tanh", "relu", "leakyRelu", "elu", "selu", "softplus", "softsign", "gelu", "silu",
    "hardSigmoid", "hardSwish", "prelu", "exp", "sin",
  ])
  func curves(_ name: String) throws {
    let place = try Workplace()
    let text = try place.run("layers", name, "--plot")
    #expect(text.code == 0 && text.output.contains("*  \(name)(x)"), "\(text.messages)")
    #expect(text.output.count { $0 == "*" || $0 == "@" } > 40 && text.output.contains("o"))
    #expect(try place.run("layers", name, "--plot", "--svg", "plot.svg").code == 0)
    let svg = try String(contentsOf: place.url.appendingPathComponent("plot.svg"), encoding: .utf8)
    #expect(svg.contains("<polyline") && svg.hasSuffix("</svg>\n"))
  }

  /// The pictures in docs are what the program draws.
  @Test func picturesAreFresh() throws {
    let place = try Workplace()
    #expect(
      try place.run("explain", "\(Tool.models)/lecture/logistic-regression.xml", "--svg", "logistic-regression.svg")
        .code == 0)
    #expect(try place.run("layers", "sigmoid", "--plot", "--svg", "sigmoid.svg").code == 0)
    for name in ["logistic-regression.svg", "sigmoid.svg"] {
      let kept = try String(contentsOf: Self.root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
      #expect(try String(contentsOf: place.url.appendingPathComponent(name), encoding: .utf8) == kept, "\(name)")
    }
  }

  /// One sample through a trained net: the loss of explain is that of evaluate, and the answer decides the gradient.
  @Test func trainedNets() throws {
    let place = try Workplace()
    try place.write("1,2,a\n-1,0.5,b\n2,1,a\n-2,-1,b\n", to: "data.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="net" precision="double">
        <data><csv role="train" path="data.csv" label="last"/></data>
        <preprocess><standardize/></preprocess>
        <network><input name="x" shape="2"/><dense units="3"/><tanh/><dense name="out" units="2"/>
        <softmaxCrossEntropy name="loss"/></network>
        <training epochs="5" batch="2"><sgd rate="0.1"/></training>
      </model>
      """, to: "net.xml")
    #expect(try place.run("train", "net.xml", "--output", "run").code == 0)
    let weights = "run/weights.safetensors"
    func explain(_ words: String...) throws -> [String: [String: Any]] {
      let result = try Tool.run("nnrun", ["explain", "--at", weights, "--json"] + words, in: place.url)
      try #require(result.code == 0, "\(result.messages)")
      let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let nodes = try #require(object["nodes"] as? [[String: Any]])
      return Dictionary(uniqueKeysWithValues: nodes.map { ($0["name"] as? String ?? "", $0) })
    }
    var total = 0.0
    for row in 1...4 {
      total += try #require(
        try explain("--input", "data.csv", "--row", "\(row)", "--label", "last")["loss"]?["value"] as? Double)
    }
    let evaluation = try place.run("evaluate", weights, "--data", "data.csv", "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8)) as? [String: Any])
    #expect(((try #require(object["loss"] as? Double)) - total / 4).magnitude < 1e-9)
    // Numbers on the command line are the same sample; a class may be named or counted.
    let byFile = try explain("--input", "data.csv", "--row", "2", "--label", "last")
    let byNumber = try explain("--input", "-1 0.5", "--target", "b")
    let byIndex = try explain("--input", "-1,0.5", "--target", "1")
    let values = [byFile, byNumber, byIndex].compactMap { $0["loss"]?["value"] as? Double }
    #expect(values.count == 3 && Set(values).count == 1)
    let gradient = try #require(byFile["out"]?["gradient"] as? [Double])
    let prediction = try #require(byFile["loss"]?["prediction"] as? [Double])
    #expect((gradient[0] - prediction[0]).magnitude < 1e-12 && (gradient[1] - prediction[1] + 1).magnitude < 1e-12)
    // The weights know which column is the answer.
    let unlabelled = try explain("--input", "data.csv", "--row", "2")
    #expect(unlabelled["out"]?["value"] as? [Double] == byFile["out"]?["value"] as? [Double])
    // Without an answer backward begins at what the loss reads.
    #expect(try explain("--input", "1 2")["out"]?["gradient"] as? [Double] == [1, 1])
    for (words, message) in [
      (["--input", "1 2 3"], "takes 2 numbers"), (["--input", "data.csv", "--row", "9", "--label", "last"], "4 rows"),
      (["--input", "1 2", "--target", "c"], "none of the classes"),
      ([], "has no value"), (["--input", "1 2", "--output", "loss"], "is a loss"),
    ] {
      let result = try Tool.run("nnrun", ["explain", "--at", weights] + words, in: place.url)
      #expect(result.code != 0 && result.messages.contains(message), "\(words): \(result.messages)")
    }
  }

  @Test func allFilesAreSound() throws {
    let place = try Workplace()
    let folder = Self.root.appendingPathComponent("models/lecture")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".xml") }
    #expect(files.count >= 8)
    for file in files {
      let result = try place.run("check", folder.appendingPathComponent(file).path, "--strict")
      #expect(result.code == 0, "\(file): \(result.messages)")
    }
  }

  @Test func modelsAsPictures() throws {
    let place = try Workplace()
    let dot = try place.run("graph", "\(Tool.models)/mlp.xml")
    #expect(dot.code == 0 && dot.output.hasPrefix("digraph \"mlp\"") && dot.output.contains("4,160 parameters"))
    #expect(try place.run("graph", "\(Tool.models)/mlp.xml", "--svg", "a.svg", "--dot", "a.dot").output.isEmpty)
    let svg = try String(contentsOf: place.url.appendingPathComponent("a.svg"), encoding: .utf8)
    #expect(svg.contains(">fc1</text>") && svg.contains(">softmaxCrossEntropy</text>"))
    #expect(try String(contentsOf: place.url.appendingPathComponent("a.dot"), encoding: .utf8) == dot.output)
    #expect(try place.run("graph", "\(Tool.models)/mlp.xml", "--svg", "missing/a.svg").code == 73)
  }
}
