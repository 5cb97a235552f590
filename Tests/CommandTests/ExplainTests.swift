import Foundation
import Testing

/// The lecture's graphs, number by number, and what is wrong with a formula.
@Suite struct ExplainTests {
  private func explain(_ words: String...) throws -> [String: [String: Any]] {
    let place = try Workplace()
    let result = try Tool.run("nnrun", ["explain"] + words + ["--json"], in: place.url)
    try #require(result.code == 0, "\(result.messages)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let nodes = try #require(object["nodes"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: nodes.map { ($0["name"] as? String ?? "", $0) })
  }

  @Test func sumTimesFactor() throws {
    let nodes = try explain("--expression", "(x + y) * z", "x=-2", "y=5", "z=-4")
    let numbers: [(String, Double, Double)] = [
      ("x", -2, -4), ("y", 5, -4), ("z", -4, 3), ("add1", 3, -4), ("f", -12, 1),
    ]
    for (name, value, gradient) in numbers {
      #expect(nodes[name]?["value"] as? Double == value)
      #expect(nodes[name]?["gradient"] as? Double == gradient)
    }
    #expect(nodes["f"]?["local"] as? [Double] == [-4, 3])
  }

  /// The slide rounds at each step to two digits; these are the unrounded numbers.
  @Test func logisticRegression() throws {
    let nodes = try explain(
      "--expression", "1 / (1 + exp(-(w0 * x0 + w1 * x1 + b)))", "w0=2", "x0=-1", "w1=-3", "x1=-2", "b=-3")
    let f = 1 / (1 + Foundation.exp(-1.0))
    let s = f * (1 - f)
    for (name, value, gradient) in [
      ("w0", 2, -s), ("x0", -1, 2 * s), ("w1", -3, -2 * s), ("x1", -2, -3 * s), ("b", -3, s), ("multiply1", -2, s),
      ("multiply2", 6, s), ("add1", 4, s), ("add2", 1, s), ("negate1", -1, -s), ("f", f, 1),
    ] {
      let node = try #require(nodes[name])
      #expect(((node["value"] as? Double ?? .nan) - value).magnitude < 1e-14)
      #expect(((node["gradient"] as? Double ?? .nan) - gradient).magnitude < 1e-14, "\(name)")
    }
  }

  @Test func copiesAddUpAndMaxRoutes() throws {
    let square = try explain("--expression", "x * x + max(x, y)", "x=3", "y=2")
    #expect(square["x"]?["gradient"] as? Double == 7)
    #expect(square["y"]?["gradient"] as? Double == 0)
  }

  /// Formulas and their values at x = 3, y = 2, by Python.
  private static let formulas: [(String, Double)] = [
    ("-x^2", -9), ("2^-x", 0.125), ("x - 1 - y", 0), ("x / y / 2", 0.75), ("x^y^0.5", 4.728804387837416),
    ("abs(-x) * sqrt(y)", 4.242640687119286), ("tanh(x) - sigmoid(y)", 0.11425767570884815),
    ("log(x) * sin(y) / cos(x)", -1.009063533910966), ("min(x, y, 2.5) + relu(-x)", 2), ("1e-3 * x + .5", 0.503),
  ]

  /// Values against numbers from Python, gradients against central differences.
  @Test(arguments: formulas)
  func valuesAndGradients(_ text: String, _ expected: Double) throws {
    func output(_ x: Double, _ y: Double) throws -> (value: Double, nodes: [String: [String: Any]]) {
      let nodes = try explain("--expression", "(\(text)) + 0 * (x + y)", "x=\(x)", "y=\(y)")
      return (try #require(nodes["f"]?["value"] as? Double), nodes)
    }
    let (value, nodes) = try output(3, 2)
    #expect((value - expected).magnitude < 1e-12)
    let step = 1e-5
    let slopes = [
      "x": (try output(3 + step, 2).value - output(3 - step, 2).value) / (2 * step),
      "y": (try output(3, 2 + step).value - output(3, 2 - step).value) / (2 * step),
    ]
    for (name, slope) in slopes {
      #expect(((nodes[name]?["gradient"] as? Double ?? .nan) - slope).magnitude < 1e-7, "\(name)")
    }
  }

  @Test(arguments: [
    (["--expression", "x + ", "x=1"], 64, "expression:1:5: error: the expression ends too early"),
    (["--expression", "x + foo(x)", "x=1"], 64, "expression:1:5: error: there is no function 'foo'"),
    (["--expression", "x + y", "x=1"], 64, "expression:1:5: error: 'y' has no value; give one, such as y=2"),
    (["--expression", "x y", "x=1", "y=1"], 64, "expression:1:3: error: 'y' is not expected here"),
    (["--expression", "(x", "x=1"], 64, "expression:1:3: error: ')' is missing"),
    (["--expression", "1/(1+exp(-x))", "x=1", "--fuse", "--output", "exp1"], 64, "'exp1' becomes a part of a sigmoid"),
    (["--expression", "x", "x=1", "y=2"], 64, "the expression has no 'y'"),
    (["--expression", "x", "x=one"], 64, "'one' is not a number"),
    (["--expression", "1 / x", "x=0"], 65, "expression:1:3: error: <reciprocal> of 0 is inf"),
    (["--expression", "log(x)", "x=-1"], 65, "expression:1:1: error: <log> of -1 is not a number"),
    (["--expression", String(repeating: "(", count: 90_000)], 64, "nested more than 200 deep"),
    (["--expression", String(repeating: "-", count: 120_000)], 64, "longer than 100000 characters"),
    ([], 64, "MODEL.xml is missing"),
  ])
  func mistakes(_ words: [String], _ code: Int, _ message: String) throws {
    let place = try Workplace()
    let result = try Tool.run("nnrun", ["explain"] + words, in: place.url)
    #expect(result.code == Int32(code))
    #expect(result.messages.contains(message), "\(result.messages.prefix(300))")
  }

  @Test func models() throws {
    let place = try Workplace()
    let start = #"<model xmlns="urn:nnrun:model:1" name="graph"><network><input name="x" shape="1" value="-2"/>"#
    let inputs = #"<input name="y" shape="1" value="5"/><input name="z" shape="1" value="-4"/>"#
    let end = "</network></model>"
    try place.write(
      start + inputs + #"<add name="q" from="x y"/><multiply name="f" from="q z"/>"# + end, to: "graph.xml")
    let text = try place.run("explain", "graph.xml")
    #expect(text.code == 0)
    for line in ["  q = 3    (add of x, y)", "  df/df = 1", "  df/dz = 3", "  df/dx = -4", "multiply swaps and scales"]
    {
      #expect(text.output.contains(line), "\(text.output)")
    }
    try place.write(start + #"<exp name="a" from="x"/><sin name="b" from="x"/>"# + end, to: "two.xml")
    #expect(try place.run("explain", "two.xml").messages.contains("the graph has several ends: a, b"))
    #expect(try place.run("explain", "two.xml", "--output", "b").code == 0)
    #expect(try place.run("explain", "\(Tool.models)/xor.xml").messages.contains("the input 'bits' has no value"))
  }

  /// The lecture's graphs as files, with the values and gradients of the slides, which round to two digits.
  @Test(arguments: [
    ("sum-times-factor", ["f = -12 ", "df/dx = -4\n", "df/dy = -4\n", "df/dz = 3\n", "df/dq = -4\n"]),
    (
      "logistic-regression",
      [
        "f = 0.7310586 ", "df/dw0 = -0.1966119\n", "df/dx0 = 0.3932239\n", "df/dx1 = -0.5898358\n",
        "df/db = 0.1966119\n",
      ]
    ),
    ("linear", ["f = [-96.8 437.9 60.75] ", "df/dx = [1.7 1.05 2.4 1.7]\n", "df/db = [1 1 1]\n"]),
    ("patterns", ["df/dx = -4\n", "df/dy = 3\n", "df/dz = 2\n", "df/dw = 0\n", "df/db = 1    (the sum over its 2"]),
  ])
  func lectureModels(_ name: String, _ lines: [String]) throws {
    let place = try Workplace()
    let path = "\(Tool.models)/lecture/\(name).xml"
    #expect(try place.run("check", path, "--strict").code == 0)
    let result = try place.run("explain", path)
    #expect(result.code == 0, "\(result.messages)")
    for line in lines { #expect(result.output.contains(line), "\(line) in \(result.output)") }
  }
}
