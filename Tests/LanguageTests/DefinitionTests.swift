import NNCore
import NNModel
import Testing

/// Layers that a model defines by formulas.
@Suite struct DefinitionTests {
  private static func model(_ definitions: String, _ layers: String) -> String {
    """
    <model xmlns="urn:nnrun:model:1">
    \(definitions)
    <network><input name="x" shape="4"/>\(layers)</network>
    </model>
    """
  }

  private static let swishish =
    #"<define name="swishish" inputs="x" parameters="beta=1"> x * sigmoid(beta * x) </define>"#

  private static func load(_ text: String) throws -> ModelDescription {
    try ModelLoader(registry: standardRegistry).load(text: text, file: "m.xml")
  }

  @Test func aDefinitionIsALayer() throws {
    let text = Self.model(
      Self.swishish + #"<block name="pair" parameters="units"><dense units="{units}"/><swishish/></block>"#,
      #"<use block="pair" units="3"/><repeat times="2"><use block="pair" units="5"/></repeat><swishish name="last" freeze="true"/>"#
    )
    let model = try Self.load(text)
    let plan = try NetworkPlan(model.makeNetworkDefinition())
    let parameters = plan.parameters.map(\.name).filter { $0.hasSuffix(".beta") }
    #expect(parameters == ["pair1.swishish1.beta", "pair2.swishish1.beta", "pair3.swishish1.beta", "last.beta"])
    #expect(model.warnings(with: plan).isEmpty)
    // Written out, it is the same model.
    let expanded = ModelWriter.expanded(model)
    #expect(
      expanded.contains(#"<define name="swishish" inputs="x" parameters="beta=1">x * sigmoid(beta * x)</define>"#))
    #expect(try Self.load(expanded).settings == model.settings)
  }

  @Test func attributesAreGivenWhereTheLayerIsUsed() throws {
    let define = #"<define name="lifted" inputs="x" attributes="by=2 over">x * by + over</define>"#
    let model = try Self.load(Self.model(define, #"<lifted over="1"/>"#))
    #expect(model.settings["network.lifted1.by"] == "2" && model.settings["network.lifted1.over"] == "1")
    #expect(model.settings["define.lifted"] != nil)
    let messages = ExplanationTests.diagnostics(Self.model(define, #"<lifted ober="1"/>"#))
    #expect(messages.map(\.code) == ["unknown-attribute"])
    #expect(ExplanationTests.diagnostics(Self.model(define, "<lifted/>")).map(\.code) == ["missing-attribute"])
  }

  @Test func theSchemaKnowsIt() throws {
    let text = Self.model(Self.swishish, "<swishish/>")
    let model = try Self.load(text)
    let files = SchemaWriter(registry: try model.definitions(in: standardRegistry)).files()
    let validator = try SchemaValidator(files)
    #expect(validator.accepts(text))
    #expect(!validator.accepts(text.replacing("<swishish/>", with: #"<swishish beta="1"/>"#)))
    #expect(try !SchemaValidator(SchemaWriter(registry: standardRegistry).files()).accepts(text))
  }

  /// The definitions, the layers, and the messages: code, line, column.
  @Test(arguments: [
    (#"<define name="relu" inputs="x">x</define>"#, "<relu/>", ["duplicate-name 2:15"]),
    (#"<define name="input" inputs="x">x</define>"#, "<relu/>", ["duplicate-name 2:15"]),
    (
      #"<define name="a" inputs="x">x^2</define><define name="a" inputs="x">x^3</define>"#, "<a/>",
      ["duplicate-name 2:55"]
    ),
    // What uses a definition that is wrong is not wrong as well.
    (#"<define name="a" inputs="x">x + exq(x)</define>"#, "<a/>", ["bad-formula 2:33"]),
    (#"<define name="a" inputs="x" parameters="b">x + b</define>"#, "<a/>", ["bad-define 2:41"]),
    ("<define name=\"a\" inputs=\"x\">\n  x +\n  (x * y)\n</define>", "<a/>", ["bad-formula 4:8"]),
    // Text with a reference has places of its own.
    (#"<define name="a" inputs="x">x + &#121;</define>"#, "<a/>", ["bad-formula 2:1"]),
    (#"<define name="a" inputs="x"/>"#, "<a/>", ["bad-formula 2:30"]),
    (#"<define name="a">x</define>"#, "<a/>", ["missing-attribute 2:1"]),
    (#"<define name="a" inputs="x y">x * y</define>"#, "<a/>", ["input-count 3:37"]),
    (#"<define name="a" inputs="x"><relu/>x</define>"#, "<a/>", ["misplaced-element 2:29"]),
    (#"<define name="a" inputs="x">x^2</define>"#, "<aa/>", ["unknown-element 3:37"]),
  ])
  func messages(_ definitions: String, _ layers: String, _ wanted: [String]) {
    let found = ExplanationTests.diagnostics(Self.model(definitions, layers)).map {
      "\($0.code) \($0.place?.line ?? 0):\($0.place?.column ?? 0)"
    }
    #expect(found == wanted)
  }
}
