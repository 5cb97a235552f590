import NNCore
import NNModel
import Testing

@Suite struct SchemaTests {
  static func loads(_ text: String, _ registry: Registry = standardRegistry) -> String? {
    do throws(DiagnosticError) {
      _ = try ModelLoader(registry: registry).load(text: text, file: "m.xml")
      return nil
    } catch {
      return error.description
    }
  }

  /// A validator by the schema of a model with layers of its own; nil if it has none.
  private static func validator(for path: String) throws -> SchemaValidator? {
    guard packageText(path).contains("<define ") else { return nil }
    let model = try ModelLoader(registry: standardRegistry).load(path: "\(packageFolder)/\(path)")
    return try SchemaValidator(SchemaWriter(registry: model.definitions(in: standardRegistry)).files())
  }

  @Test func everyModelOfTheRepositoryIsValid() throws {
    let standard = try SchemaValidator(SchemaWriter(registry: standardRegistry).files())
    var count = 0
    for folder in ["models", "models/lecture"] {
      for name in packageFiles(folder) where name.hasSuffix(".xml") {
        let validator = try Self.validator(for: "\(folder)/\(name)") ?? standard
        #expect(validator.accepts(packageText("\(folder)/\(name)")), "\(folder)/\(name)")
        count += 1
      }
    }
    #expect(count > 10)
  }

  @Test func expandedModelsAreValid() throws {
    let standard = try SchemaValidator(SchemaWriter(registry: standardRegistry).files())
    for name in packageFiles("models") where name.hasSuffix(".xml") {
      let validator = try Self.validator(for: "models/\(name)") ?? standard
      let model = try ModelLoader(registry: standardRegistry).load(path: "\(packageFolder)/models/\(name)")
      #expect(validator.accepts(ModelWriter.expanded(model)), "\(name)")
    }
  }

  @Test func everyElementAndAttributeIsThere() {
    for file in SchemaWriter(registry: extendedRegistry).files() {
      for schema in extendedRegistry.all().map({ $0.schema }) where schema.namespace == file.namespace {
        let type = "\(schema.kind.section.rawValue).\(schema.name)"
        let name =
          schema.namespace != ElementSchema.standardNamespace && schema.kind == .layer
          ? type + ".template" : type
        let start = file.text.firstRange(of: "<xs:complexType name=\"\(name)\">")
        #expect(start != nil, "\(name)")
        guard let start, let end = file.text[start.upperBound...].firstRange(of: "</xs:complexType>") else { continue }
        let body = file.text[start.upperBound..<end.lowerBound]
        #expect(file.text.contains("name=\"\(schema.name)\" type=\"nn:\(name)\""), "\(name)")
        for attribute in schema.allAttributes where attribute.name != "from" || schema.inputs.upperBound > 0 {
          #expect(body.contains("<xs:attribute name=\"\(attribute.name)\""), "\(name) \(attribute.name)")
        }
      }
    }
  }

  /// What the loader takes, the schema takes; at least half of the random models are right.
  @Test func schemaAcceptsWhatTheLoaderAccepts() throws {
    let validator = try SchemaValidator(SchemaWriter(registry: extendedRegistry).files())
    var right = 0
    for seed in 0..<600 as Range<UInt64> {
      var generator = RandomModel(seed: seed, registry: extendedRegistry)
      let text = generator.text()
      let problem = Self.loads(text, extendedRegistry)
      let isValid = validator.accepts(text)
      if problem == nil {
        right += 1
        #expect(isValid, "\(text)")
      }
    }
    #expect(right >= 300, "only \(right) of 600 models are right")
  }

  /// One fault put into a right model, of the kinds that a schema can tell: both refuse it.
  @Test func schemaRefusesWhatTheLoaderRefuses() throws {
    let validator = try SchemaValidator(SchemaWriter(registry: extendedRegistry).files())
    var wrong = 0
    var seed: UInt64 = 10_000
    while wrong < 400, seed < 12_000 {
      seed += 1
      var generator = RandomModel(seed: seed, registry: extendedRegistry)
      let text = generator.text()
      guard Self.loads(text, extendedRegistry) == nil else { continue }
      let fault = RandomFault(seed: seed, registry: extendedRegistry)
      guard let broken = fault.put(into: text) else { continue }
      wrong += 1
      #expect(Self.loads(broken, extendedRegistry) != nil, "loader: \(broken)")
      #expect(!validator.accepts(broken), "schema: \(broken)")
    }
    #expect(wrong == 400)
  }

  static let wrong: [(name: String, text: String)] = {
    func model(_ body: String) -> String { "<model xmlns=\"urn:nnrun:model:1\">\(body)</model>" }
    func net(_ body: String) -> String { model("<network><input shape=\"4\"/>\(body)</network>") }
    let cases: [(name: String, text: String)] = [
      ("another root", "<net xmlns=\"urn:nnrun:model:1\"/>"),
      ("no namespace", "<model/>"),
      ("another namespace", "<model xmlns=\"urn:nnrun:model:2\"><network/></model>"),
      ("two networks", model("<network><input shape=\"1\"/></network><network><input shape=\"1\"/></network>")),
      ("unknown section", model("<netwrk/>")),
      ("text", net("some text")),
      ("unknown layer", net("<dence units=\"1\"/>")),
      ("unknown attribute", net("<dense unit=\"1\"/>")),
      ("missing attribute", net("<dense/>")),
      ("zero units", net("<dense units=\"0\"/>")),
      ("units not whole", net("<dense units=\"1.5\"/>")),
      ("units with a sign", net("<dense units=\"+1\"/>")),
      ("too many units", net("<dense units=\"99999999999\"/>")),
      ("not a truth value", net("<dense units=\"1\" bias=\"yes\"/>")),
      ("not a choice", net("<dense units=\"1\" init=\"him\"/>")),
      ("a number of another language", net("<dropout rate=\"0,5\"/>")),
      ("infinite", net("<leakyRelu slope=\"INF\"/>")),
      ("not a number", net("<leakyRelu slope=\"NaN\"/>")),
      ("too large", net("<leakyRelu slope=\"1e999\"/>")),
      ("hexadecimal", net("<leakyRelu slope=\"0x10\"/>")),
      ("open end", net("<dropout rate=\"1\"/>")),
      ("a name with a space", net("<relu name=\"a b\"/>")),
      ("a name that starts with a digit", net("<relu name=\"1a\"/>")),
      ("a shape with a zero", net("<reshape shape=\"2x0\"/>")),
      ("a shape with a star", net("<reshape shape=\"2*2\"/>")),
      ("a parameter outside of blocks", net("<dense units=\"{n}\"/>")),
      ("too few inputs", net("<matmul from=\"input1\"/>")),
      ("too many inputs", net("<relu from=\"input1 input1\"/>")),
      ("an optimizer in the net", net("<sgd/>")),
      ("a layer inside a layer", net("<relu><relu/></relu>")),
      ("two optimizers", model("<network><input shape=\"1\"/></network><training><sgd/><adam/></training>")),
      (
        "two stopping rules",
        model("<network><input shape=\"1\"/></network><training><earlyStopping/><sgd/><earlyStopping/></training>")
      ),
      ("two schedules", model("<network><input shape=\"1\"/></network><training><cosine/><cosine/></training>")),
      ("a block without a name", model("<block/><network><input shape=\"1\"/></network>")),
      ("two blocks of a name", model("<block name=\"a\"/><block name=\"a\"/><network><input shape=\"1\"/></network>")),
      ("no block", net("<use/>")),
      ("an unknown role", model("<data><csv role=\"exam\" path=\"a\"/></data><network><input shape=\"1\"/></network>")),
      ("all of it", model("<data><split role=\"test\" fraction=\"1\"/></data><network><input shape=\"1\"/></network>")),
      ("another precision", "<model xmlns=\"urn:nnrun:model:1\" precision=\"half\"><network/></model>"),
      ("an attribute with a prefix", net("<relu xmlns:a=\"urn:a\" a:b=\"1\"/>")),
    ]
    return cases
  }()

  @Test(arguments: wrong.map(\.name)) func bothRefuse(_ name: String) throws {
    let validator = try SchemaValidator(SchemaWriter(registry: standardRegistry).files())
    let text = try #require(Self.wrong.first { $0.name == name }?.text)
    #expect(Self.loads(text) != nil)
    #expect(!validator.accepts(text))
  }
}
