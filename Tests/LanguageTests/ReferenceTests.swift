import NNCore
import NNManual
import NNModel
import Testing

@Suite struct ReferenceTests {
  static let schemas = standardRegistry.all().map { $0.schema }

  @Test func theCommittedReferenceIsWhatTheProgramSays() {
    let isCurrent = packageText("docs/REFERENCE.md") == ElementReference(registry: standardRegistry).markdown
    #expect(isCurrent, "docs/REFERENCE.md is stale; write it anew with: nnrun layers --markdown > docs/REFERENCE.md")
  }

  /// Files move; the documents that lead to them must follow.
  @Test(arguments: ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "NOTICE.md", "docs/WHERE.md"])
  func pathsInTheDocumentsExist(_ document: String) {
    let quoted = packageText(document).split(separator: "`", omittingEmptySubsequences: false).enumerated()
    let folders = ["Sources/", "Plugins/", "Tests/", "docs/", "models/", "tools/"]
    let patterns: [Character] = ["*", "…", "<"]
    let paths = quoted.filter { $0.offset % 2 == 1 }.compactMap {
      $0.element.split(separator: " ").first.map(String.init)
    }
    .filter { path in folders.contains(where: path.hasPrefix) && !path.contains(where: patterns.contains) }
    #expect(!paths.isEmpty)
    for path in paths { #expect(packageHas(path), "\(document) names \(path)") }
  }

  @Test func everyElementIsDocumented() {
    let reference = ElementReference(registry: standardRegistry).markdown
    for schema in Self.schemas + ModelStructure.all.map(\.schema) {
      #expect(schema.summary.count > 10 && schema.summary.hasSuffix("."), "\(schema.name)")
      #expect(schema.example.contains("<\(schema.name)"), "\(schema.name)")
      #expect(reference.contains("### `<\(schema.name)>`"), "\(schema.name)")
      for attribute in schema.allAttributes {
        #expect(
          attribute.documentation.count > 8 && attribute.documentation.hasSuffix("."),
          "\(schema.name) \(attribute.name)")
      }
    }
  }

  /// Every example that is an element of its own stands in a model that loader and schema accept.
  @Test func everyExampleIsRight() throws {
    let validator = try SchemaValidator(SchemaWriter(registry: standardRegistry).files())
    for schema in Self.schemas {
      let section = schema.kind.section.rawValue
      let inputs = ["left", "right", "x", "y", "a", "b"].map { "<input name=\"\($0)\" shape=\"8x8\"/>" }.joined()
      let columns = section == "columns" ? "<input name=\"z\" shape=\"columns\"/>" : ""
      let net =
        section == "network"
        ? "<network>\(inputs)\(schema.example)</network>" : "<network>\(inputs)\(columns)</network>"
      let other = section == "network" ? "" : "<\(section)>\(schema.example)</\(section)>"
      let text = "<model xmlns=\"urn:nnrun:model:1\">\(other)\(net)</model>"
      let problem = SchemaTests.loads(text)
      #expect(problem == nil, "\(schema.name): \(problem ?? "")")
      #expect(validator.accepts(text), "\(schema.name)")
    }
  }
}
