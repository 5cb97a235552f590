import NNCore
import NNText

extension ModelReader {
  /// Reads the net, blocks and repetitions written out.
  mutating func readNetwork(_ index: Int, blocks: [Int]) {
    _ = structureAttributes(index, .network)
    checkText(index)
    for block in blocks { readBlock(block) }
    net.scopes = [NetworkInProgress.Scope(reserved: givenNames(index))]
    visit(index, in: .network, scope: 0)
    rejectUnusedOverrides()
    reportUnresolved()
    if net.items.isEmpty, tree.malformed == nil, !diagnostics.hasErrors {
      report("empty-network", "<network> is empty", remedy: "give it an <input> and layers", at: index)
    } else if !net.items.contains(where: { $0.kind == .structure }), tree.malformed == nil {
      report(
        "missing-input", "<network> has no <input>",
        remedy: "begin with <input name=\"x\" shape=\"...\"/>, the shape of one sample", at: index)
    }
  }

  /// Reads the children of a network, a block or a repetition.
  mutating func visit(_ parent: Int, in structure: ModelStructure, scope: Int) {
    for child in tree[parent].children {
      guard !diagnostics.isFull, !net.isExhausted, countVisit(child, scope) else { return }
      let element = tree[child]
      if element.isStandard, structure.children.contains(element.name) {
        switch element.name {
        case "input": readInput(child, scope)
        case "use": readUse(child, scope)
        case "recurrent": readRecurrent(child, scope)
        default: readRepeat(child, scope)
        }
      } else if let known = registered(child, .network) {
        readLayer(child, declaration(known), scope)
      } else {
        let isDefined = element.isStandard && unknownDefinitions.contains(element.name)
        let meant = isDefined ? nil : reportUnknown(child, in: structure, scope: scope)
        let name = defineName(child, element.attributes, type: meant ?? element.name, scope: scope)
        add(NetworkInProgress.Item(element: child, name: name, kind: .layer))
      }
    }
  }

  /// Counts one more element of the written-out net; false once there are too many.
  mutating func countVisit(_ index: Int, _ scope: Int) -> Bool {
    net.visited += 1
    guard net.visited > limits.expandedElements else { return true }
    net.isExhausted = true
    report(
      "too-many-elements",
      "with its blocks and repetitions written out, the net has more than "
        + "\(limits.expandedElements) elements", at: index, scope: scope)
    return false
  }

  /// Counts what the written-out elements take; false once it is too much.
  mutating func charge(_ given: [SourceAttribute], _ inputs: Int, at index: Int, _ scope: Int) -> Bool {
    for attribute in given { net.bytes += attribute.value.utf8.count }
    net.bytes += 8 * inputs
    guard net.bytes > limits.expandedBytes, !net.isExhausted else { return !net.isExhausted }
    net.isExhausted = true
    report(
      "too-large", "with its blocks and repetitions written out, the net takes more than \(limits.expandedBytes) bytes",
      at: index, scope: scope)
    return false
  }

  mutating func add(_ item: NetworkInProgress.Item) {
    net.current = [NetworkElement.Reference(element: net.items.count, output: 0)]
    net.items.append(item)
  }

  // MARK: Inputs and layers

  private mutating func readInput(_ index: Int, _ scope: Int) {
    let input = declaration(ElementDeclaration(NetworkElement.Input.self))
    let name = defineName(index, tree[index].attributes, type: "input", scope: scope)
    let given = overridden(index, name, scope)
    var item = NetworkInProgress.Item(element: index, name: name, kind: .structure, schema: input.schema)
    guard charge(given, 0, at: index, scope) else { return }
    if let element = make(index, given, input, scope: scope, replaced: ["name": .text(name)]) {
      item.result = NetworkElement(name: name, inputs: [], element: element)
    }
    add(item)
  }

  private mutating func readLayer(_ index: Int, _ declaration: Declaration, _ scope: Int) {
    let schema = declaration.schema
    let name = defineName(index, tree[index].attributes, type: schema.name, scope: scope, isAdded: false)
    let given = overridden(index, name, scope)
    var item = NetworkInProgress.Item(element: index, name: name, kind: schema.kind, schema: schema)
    var replaced: [String: AttributeValue] = ["name": .text(name)]
    var isRight = true
    var inputs: [NetworkElement.Reference] = []
    if let from = given.first(where: { $0.name == "from" }) {
      if let named = resolve(from, scope) {
        inputs = named
        isRight = checkInputs(inputs.count, areNamed: true, schema, index, given, scope)
      } else {
        isRight = false
      }
      replaced["from"] = .words(inputs.isEmpty ? ["unknown"] : inputs.map { net.items[$0.element].name })
    } else {
      inputs = schema.inputs.upperBound == 0 ? [] : net.current
      isRight = checkInputs(inputs.count, areNamed: false, schema, index, given, scope)
    }
    if let share = given.first(where: { $0.name == "share" }), schema.kind == .layer {
      if let other = sharedLayer(share, schema, index, given, scope) {
        item.sharedWith = other
        replaced["share"] = .text(net.items[other].name)
      } else {
        isRight = false
        replaced["share"] = .text("unknown")
      }
    } else if let other = twin(schema, scope) {
      item.sharedWith = other
      replaced["share"] = .text(net.items[other].name)
    }
    let size = schema.namespace == ElementSchema.standardNamespace ? definitionSizes[schema.name] ?? 0 : 0
    guard charge(given, inputs.count + size, at: index, scope) else { return }
    let element = make(index, given, declaration, scope: scope, replaced: replaced)
    if isRight, let element {
      item.result = NetworkElement(name: name, inputs: inputs, sharedWith: item.sharedWith, element: element)
    }
    net.names.define(name, as: NetworkElement.Reference(element: net.items.count, output: 0))
    add(item)
  }

  /// The attributes of an element of the net, with what the command line says in place of what the file says.
  private mutating func overridden(_ index: Int, _ name: String, _ scope: Int) -> [SourceAttribute] {
    var given = tree[index].attributes
    let taken = overrides.isEmpty ? [] : overrides.take(forLayer: firstStepName(name, scope))
    for override in taken {
      if override.attribute == "name" {
        reject(override, "a layer's name cannot be overridden", remedy: "change it in the file")
        continue
      }
      given.apply([override], at: tree[index].position)
      if scope == 0 {
        overrides.edit(override, tag: index, in: tree)
      } else {
        overrides.needExpansion = true
      }
    }
    return given
  }

  private mutating func checkInputs(
    _ count: Int, areNamed: Bool, _ schema: ElementSchema, _ index: Int, _ given: [SourceAttribute], _ scope: Int
  ) -> Bool {
    do throws(ElementError) {
      try schema.checkInputs(count, areNamed: areNamed, shown: tree[index].shown)
      return true
    } catch {
      // Without any input, one message about the whole net says it.
      let hasInput =
        net.names.count("input") > 0 || tree.elements.contains { $0.isStandard && $0.name == "input" }
      if areNamed || count > 0 || hasInput { report(error, element: index, attributes: given, scope: scope) }
      return false
    }
  }

  private mutating func sharedLayer(
    _ share: SourceAttribute, _ schema: ElementSchema, _ index: Int, _ given: [SourceAttribute], _ scope: Int
  ) -> Int? {
    guard let value = substituted(share, scope)?.trimmingWhitespace else { return nil }
    do throws(ElementError) {
      guard let found = lookUp(value, scope) else {
        throw .unknownShare(value, remedy: diagnostics.suggestion(for: value, among: net.names.all))
      }
      let other = net.items[found.element]
      guard other.kind != .structure else { throw .inputShare(value) }
      // What a wrong element is is not known; it has its message already.
      guard let known = other.schema else { return found.element }
      try schema.checkSharing(with: value, known)
      return other.sharedWith ?? found.element
    } catch {
      report(error, element: index, attributes: given, scope: scope)
      return nil
    }
  }

  // MARK: Blocks that nothing uses

  mutating func warnAboutBlocks() {
    for (name, block) in net.blocks where !block.isUsed {
      let position = tree[block.element].position
      // A file that is included may have blocks for other models, too.
      guard tree.place(position).file == text.file else { continue }
      diagnostics.add(
        Diagnostic(
          .warning, code: "unused-block", "the block '\(name)' is not used", place: tree.place(position),
          sourceLine: tree.line(position)))
    }
  }
}
