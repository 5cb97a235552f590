import NNCore
import NNFormulas
import NNText

/// A layer that the model defines by a formula.
struct ModelDefinition: Sendable {
  var definition: LayerDefinition
  /// Its index in the tree.
  var element: Int
}

extension ModelDescription {
  /// The elements of `registry` and those that the model defines. Throws a `RegistrationError` for a name that `registry`
  /// knows, which the reader has refused.
  package func definitions(in registry: Registry) throws(RegistrationError) -> Registry {
    var registry = registry
    for definition in definitions { try registry.register(definition.declaration) }
    return registry
  }
}

extension ModelReader {
  /// Reads the definitions of layers; the net and its blocks then know them like all layers.
  mutating func readDefinitions(_ indices: [Int]) {
    for index in indices.prefix(limits.definitions) { readDefinition(index) }
    guard indices.count > limits.definitions else { return }
    report(
      "too-many-elements", "the model defines more than \(limits.definitions) layers", at: indices[limits.definitions])
  }

  private mutating func readDefinition(_ index: Int) {
    for child in tree[index].children {
      report("misplaced-element", "<define> holds only a formula, not \(tree[child].shown)", at: child)
    }
    let given = tree[index].attribute("name")?.value.trimmingWhitespace
    guard let attributes = structureAttributes(index, .define) else {
      given.map { _ = unknownDefinitions.insert($0) }
      return
    }
    let name = attributes.text("name")
    guard isFree(name, index) else { return }
    do throws(LayerDefinition.Fault) {
      let definition = try LayerDefinition(
        name, inputs: attributes.words("inputs"),
        parameters: attributes.has("parameters") ? attributes.words("parameters") : [],
        attributes: attributes.has("attributes") ? attributes.words("attributes") : [], text: tree[index].text)
      do throws(RegistrationError) {
        try registry.register(definition.declaration)
      } catch {
        report("bad-define", "<define> \(error.problem)", remedy: "choose another name", at: index)
      }
      definitions.append(ModelDefinition(definition: definition, element: index))
      // Each use with attributes has programs of its own.
      definitionSizes[name] = (definition.writtenAttributes.isEmpty ? 1 : 128) * definition.size
    } catch {
      unknownDefinitions.insert(name)
      report(error, of: index)
    }
  }

  /// Whether no other element has the name; reports one that has.
  private mutating func isFree(_ name: String, _ index: Int) -> Bool {
    guard let attribute = tree[index].attribute("name") else { return false }
    let holder: String
    if let first = definitions.first(where: { $0.definition.name == name }) {
      holder = "'\(name)' is already defined on \(tree.line(of: first.element, from: attribute.namePosition))"
    } else if ModelStructure.named(name) != nil || registry.declaration(of: name, in: .network) != nil {
      holder = "there is an element <\(name)> already"
    } else {
      return true
    }
    report("duplicate-name", holder, remedy: "give the definition another name", at: attribute)
    return false
  }

  private mutating func report(_ fault: LayerDefinition.Fault, of index: Int) {
    if let attribute = fault.attribute.flatMap({ tree[index].attribute($0) }) {
      report("bad-define", fault.message, remedy: fault.remedy, at: attribute)
    } else {
      report("bad-formula", fault.message, remedy: fault.remedy, at: position(of: fault.place ?? 0, in: index))
    }
  }

  /// The place of a character of an element's text; that of the element if the file writes the text in another way.
  private func position(of character: Int, in index: Int) -> SourcePosition {
    let source = tree.source(tree[index].position)
    let tag = tree.scan.tags[index]
    var start = Int(tag.nameEnd)
    if tag.attributes.lowerBound < tag.attributes.upperBound {
      start = tree.scan.attributes[Int(tag.attributes.upperBound) - 1].value.upperBound + 1
    }
    let text = tree[index].text
    guard let open = source.bytes[min(start, source.bytes.count)...].firstIndex(of: UInt8(ascii: ">")),
      source.bytes[(open + 1)...].starts(with: text.utf8)
    else { return tree[index].position }
    // White space before the end belongs to no message.
    let count = text.reversed().drop { $0.isWhitespace }.count
    var position = source.position(at: open + 1 + text.prefix(min(character, max(0, count - 1))).utf8.count)
    position.file = tree[index].position.file
    return position
  }

  /// Warns of definitions that the net does not use.
  mutating func warnAboutDefinitions() {
    for definition in definitions {
      let position = tree[definition.element].position
      let key = ElementKey(section: .network, name: definition.definition.name)
      // A file that is included may have definitions for other models, too.
      guard declarations[key] == nil, tree.place(position).file == text.file else { continue }
      diagnostics.add(
        Diagnostic(
          .warning, code: "unused-define", "the layer '\(definition.definition.name)' is defined, but not used",
          place: tree.place(position), sourceLine: tree.line(position)))
    }
  }
}
