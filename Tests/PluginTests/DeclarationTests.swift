import NNCore
import NNModel
import Testing

@Suite struct DeclarationTests {
  static let schemas = standardRegistry.all().map { $0.schema }

  @Test func namesAreUnique() {
    #expect(Set(Self.schemas.map(\.name)).count == Self.schemas.count)
  }

  @Test(arguments: schemas.map(\.name)) func isDocumented(_ name: String) throws {
    let schema = try #require(Self.schemas.first { $0.name == name })
    #expect(schema.summary.count > 10 && schema.summary.hasSuffix("."))
    // What only moves numbers needs no formula.
    let moves = ["flatten", "reshape", "concat", "slice", "split"]
    #expect(moves.contains(name) || !schema.formula.isEmpty)
    for attribute in schema.attributes {
      #expect(attribute.documentation.count > 10 && attribute.documentation.hasSuffix("."), "\(attribute.name)")
      #expect(!attribute.isRequired || attribute.defaultValue == nil, "\(attribute.name)")
      if let value = attribute.defaultValue {
        var given = Self.required(schema)
        given[attribute.name] = value
        #expect(throws: Never.self) { try Attributes(given, for: schema) }
      }
    }
  }

  /// Some value for each attribute that must be given.
  private static func required(_ schema: ElementSchema) -> [String: AttributeValue] {
    var given: [String: AttributeValue] = [:]
    for attribute in schema.attributes where attribute.isRequired {
      given[attribute.name] =
        switch attribute.kind {
        case .shape: .shape(Shape(1))
        case .numbers: .numbers([1])
        case .pair: .integers([1, 1])
        case .integers: .integers([1])
        default: .integer(1)
        }
    }
    return given
  }

  @Test(arguments: schemas.map(\.name)) func exampleIsRead(_ name: String) throws {
    let schema = try #require(Self.schemas.first { $0.name == name })
    let loader = ModelLoader(registry: standardRegistry)
    let shape = ["matmul", "rnn", "lstm", "gru", "attention", "ctc"].contains(name) ? "8x8" : "64"
    let text = """
      <model xmlns="urn:nnrun:model:1"><network>
        <input name="left" shape="\(shape)"/><input name="right" shape="\(shape)"/>\(schema.example)
      </network></model>
      """
    let model = try loader.load(text: text, file: "example.xml", sections: .network)
    let node = try #require(model.network.last)
    #expect(node.element.schema.name == name)
    #expect(throws: Never.self) { try NetworkPlan(model.makeNetworkDefinition()) }
  }
}
