import NNCore
import NNText

extension ModelReader {
  // MARK: Messages

  /// Reports an error at an element.
  mutating func report(
    _ code: String, _ message: String, remedy: String? = nil, at element: Int, scope: Int? = nil
  ) {
    report(code, message, remedy: remedy, at: tree[element].position, scope: scope)
  }

  /// Reports an error at a position in the file.
  mutating func report(
    _ code: String, _ message: String, remedy: String? = nil, at position: SourcePosition, scope: Int? = nil
  ) {
    diagnostics.add(
      Diagnostic(
        code: code, message, remedy: remedy, place: tree.place(position), sourceLine: tree.line(position)),
      notes: notes(scope) + tree.notes(tree.chains[Int(position.file)]))
  }

  /// Reports an error at an attribute's value, or at its name.
  mutating func report(
    _ code: String, _ message: String, remedy: String? = nil, at attribute: SourceAttribute, isName: Bool = false,
    scope: Int? = nil
  ) {
    if let origin = attribute.origin {
      let place = SourcePlace(file: origin, line: 0, column: 0)
      diagnostics.add(Diagnostic(code: code, message, remedy: remedy, place: place))
    } else {
      let position = isName ? attribute.namePosition : attribute.valuePosition
      report(code, message, remedy: remedy, at: position, scope: scope)
    }
  }

  /// Reports what an element said about itself, at the attribute to blame if it is given.
  mutating func report(
    _ error: ElementError, element: Int, attributes: [SourceAttribute], scope: Int? = nil
  ) {
    if let attribute = attributes.first(where: { $0.name == error.attribute }) {
      report(error.code, error.message, remedy: error.remedy, at: attribute, scope: scope)
    } else {
      report(error.code, error.message, remedy: error.remedy, at: element, scope: scope)
    }
  }

  // MARK: Attributes

  mutating func declaration(_ element: ElementDeclaration) -> Declaration {
    let key = element.schema.key
    if let known = declarations[key] { return known }
    let made = Declaration(element)
    declarations[key] = made
    return made
  }

  /// The attributes of a structural element, or nil when something is wrong with them.
  mutating func structureAttributes(_ index: Int, _ structure: ModelStructure) -> Attributes? {
    let declaration = Declaration(structure.declaration)
    return attributes(of: index, tree[index].attributes, declaration, scope: nil)
  }

  /// The values of an element's attributes, each error reported at its place; nil when there is any.
  ///
  /// - Parameter replaced: values that are worked out elsewhere, in place of what the file says.
  mutating func attributes(
    of index: Int, _ given: [SourceAttribute], _ declaration: Declaration, scope: Int?,
    replaced: [String: AttributeValue] = [:]
  ) -> Attributes? {
    var values = replaced
    var isRight = true
    // Attributes that are there or were meant, and so are not missing.
    var named = Set(given.map(\.name))
    for attribute in given {
      if attribute.namespace != nil || attribute.name.contains(":") {
        if !checkForeign(attribute, index, scope) { isRight = false }
        continue
      }
      guard let schema = declaration.attributes[attribute.name] else {
        isRight = false
        if let meant = reportUnknown(attribute, of: index, names: declaration.names, scope: scope) {
          named.insert(meant)
        }
        continue
      }
      guard replaced[attribute.name] == nil else { continue }
      guard let value = substituted(attribute, scope) else {
        isRight = false
        continue
      }
      do throws(ElementError) {
        values[attribute.name] = try schema.kind.parse(value)
      } catch {
        isRight = false
        report(error.code, "\(attribute.name): \(error.message)", remedy: error.remedy, at: attribute, scope: scope)
      }
    }
    for name in declaration.names where values[name] == nil {
      guard let schema = declaration.attributes[name], schema.isRequired else { continue }
      guard named.insert(name).inserted else { continue }
      isRight = false
      report(
        "missing-attribute",
        "\(tree[index].shown) needs the attribute '\(name)' (\(schema.documentation.asClause))", at: index, scope: scope
      )
    }
    guard isRight else { return nil }
    do throws(ElementError) {
      return try Attributes(values, for: declaration.schema)
    } catch {
      report(error, element: index, attributes: given, scope: scope)
      return nil
    }
  }

  /// Reports an attribute that the element does not have. Returns the one that was probably meant.
  @discardableResult
  mutating func reportUnknown(_ attribute: SourceAttribute, of index: Int, names: [String], scope: Int?) -> String? {
    var remedy = diagnostics.suggestion(for: attribute.name, among: names)
    if remedy == nil {
      remedy = names.isEmpty ? "it has none" : "it has " + names.prefix(12).joined(separator: ", ")
    }
    report(
      "unknown-attribute", "\(tree[index].shown) has no attribute '\(attribute.name.shortened)'", remedy: remedy,
      at: attribute, isName: true, scope: scope)
    return nearestName(to: attribute.name, among: names)
  }

  /// Attributes of XML itself and of XML Schema are for editors; any other with a prefix means nothing.
  private mutating func checkForeign(_ attribute: SourceAttribute, _ index: Int, _ scope: Int?) -> Bool {
    let known = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2001/XMLSchema-instance"]
    if let namespace = attribute.namespace, known.contains(namespace) { return true }
    if attribute.namespace == nil {
      reportPrefix(String(attribute.name.prefix { $0 != ":" }), at: attribute.namePosition, scope)
    } else {
      report(
        "unknown-attribute", "\(tree[index].shown) has no attribute '\(attribute.name.shortened)'",
        remedy: "attributes have no prefix", at: attribute, isName: true, scope: scope)
    }
    return false
  }

  mutating func reportPrefix(_ prefix: String, at position: SourcePosition, _ scope: Int?) {
    report(
      "unknown-prefix", "the prefix '\(prefix.shortened)' is not declared",
      remedy: "declare its namespace on <model>: xmlns:\(prefix.shortened)=\"...\"", at: position, scope: scope)
  }

  // MARK: Elements

  /// Makes a registered element from its attributes, or reports why not.
  mutating func make(
    _ index: Int, _ given: [SourceAttribute], _ declaration: Declaration, scope: Int?,
    replaced: [String: AttributeValue] = [:]
  ) -> ModelElement? {
    checkLeaf(index, scope)
    guard let values = attributes(of: index, given, declaration, scope: scope, replaced: replaced) else { return nil }
    do {
      return ModelElement(
        schema: declaration.schema, element: try declaration.element.make(values), attributes: values,
        prefix: tree[index].prefix, position: tree[index].position, given: given,
        source: tree.source(tree[index].position))
    } catch let error as ElementError {
      report(
        error.showing(declaration.schema, prefix: tree[index].prefix), element: index, attributes: given, scope: scope)
    } catch {
      report("bad-element", "\(tree[index].shown) cannot be made: \(error)", at: index, scope: scope)
    }
    return nil
  }

  /// Reports text and elements inside an element that holds none.
  mutating func checkLeaf(_ index: Int, _ scope: Int?) {
    checkText(index, scope)
    // In a file that is not well-formed, they may be inside only because an end tag is missing.
    for child in tree.malformed == nil ? tree[index].children : [] where !isWindows(child, inside: index) {
      report(
        "misplaced-element", "\(tree[child].shown) cannot stand inside \(tree[index].shown)",
        remedy: "end \(tree[index].shown) with /> before it", at: child, scope: scope)
    }
  }

  /// Reports text directly inside an element that holds none.
  mutating func checkText(_ index: Int, _ scope: Int? = nil) {
    let offset = Int(tree.scan.tags[index].text)
    guard offset >= 0 else { return }
    var position = tree.source(tree[index].position).position(at: offset)
    position.file = tree[index].position.file
    report(
      "unexpected-text", "\(tree[index].shown) holds no text", remedy: "comments are written <!-- ... -->",
      at: position, scope: scope)
  }

  /// The registered type of an element, or nil.
  func registered(_ index: Int, _ section: ModelSection) -> ElementDeclaration? {
    let element = tree[index]
    guard let namespace = element.namespace else { return nil }
    return registry.declaration(of: element.name, namespace: namespace, in: section)
  }

  /// Reports an element that does not belong where it stands. Returns the name that was probably meant.
  @discardableResult
  mutating func reportUnknown(_ index: Int, in parent: ModelStructure, scope: Int? = nil) -> String? {
    let element = tree[index]
    guard let namespace = element.namespace else {
      if element.prefix.isEmpty {
        report(
          "unknown-namespace", "\(element.shown) is in no namespace",
          remedy: "the model's is \(ElementSchema.standardNamespace)", at: index, scope: scope)
      } else {
        reportPrefix(element.prefix, at: element.position, scope)
      }
      return nil
    }
    let isStandard = namespace == ElementSchema.standardNamespace
    if !isStandard, !registry.namespaces.contains(namespace) {
      let known = registry.namespaces.sorted().filter { $0 != ElementSchema.standardNamespace }
      let near = diagnostics.suggestion(for: namespace, among: known)
      report(
        near == nil ? "plugin-not-loaded" : "unknown-namespace",
        "no elements are known of the namespace '\(namespace.shortened)'",
        remedy: near ?? "the plug-in that makes \(element.shown) is missing", at: index, scope: scope)
      return nil
    }
    if isStandard, element.name == "model" {
      report(
        "misplaced-element", "<model> is the root of a file and stands nowhere else", remedy: "remove it", at: index,
        scope: scope)
      return nil
    }
    let homes = homes(of: element.name, namespace, isStandard: isStandard)
    if !homes.isEmpty {
      let list = homes.map { "<\($0)>" }.joined(separator: " or ")
      report(
        "misplaced-element", "\(element.shown) belongs in \(list), not in <\(parent.schema.name)>", at: index,
        scope: scope)
      return element.name
    }
    let schemas = registry.all().map { $0.schema }.filter {
      $0.namespace == namespace && parent.kinds.contains($0.kind)
    }
    let names = schemas.map(\.name) + (isStandard ? parent.children : [])
    let prefix = element.prefix.isEmpty ? "" : element.prefix + ":"
    func shown(_ name: String) -> String { "<\(prefix)\(name)>" }
    func renaming(_ names: [String]) -> String? {
      names.isEmpty ? nil : "it is called \(names.map(shown).joined(separator: " or ")) here"
    }
    let elsewhere = diagnostics.namesHere(of: element.name, among: schemas)
    var remedy =
      renaming(elsewhere) ?? diagnostics.suggestion(for: element.name, among: names, shown)
      ?? renaming(diagnostics.namesHere(of: element.name, among: schemas, asEnding: true))
    if remedy == nil, isStandard, parent.kinds.isEmpty {
      remedy = "<\(parent.schema.name)> holds " + parent.children.map { "<\($0)>" }.joined(separator: ", ")
    }
    report("unknown-element", "there is no element \(element.shown)", remedy: remedy, at: index, scope: scope)
    return elsewhere.first ?? nearestName(to: element.name, among: names)
  }

  /// The sections in which an element of that name would be right.
  private func homes(of name: String, _ namespace: String, isStandard: Bool) -> [String] {
    if isStandard, let structure = ModelStructure.named(name) {
      return structure.parents
    }
    return ModelSection.allCases.filter { registry.declaration(of: name, namespace: namespace, in: $0) != nil }.map(
      \.rawValue)
  }
}

extension String {
  /// A sentence as part of another one: without its capital and its full stop.
  fileprivate var asClause: String {
    let clause = hasSuffix(".") ? String(dropLast()) : self
    let second = clause.dropFirst().first
    return second?.isUppercase == true ? clause : clause.prefix(1).lowercased() + clause.dropFirst()
  }
}
