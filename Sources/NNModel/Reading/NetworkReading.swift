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
        default: readRepeat(child, scope)
        }
      } else if let known = registered(child, .network) {
        readLayer(child, declaration(known), scope)
      } else {
        let meant = reportUnknown(child, in: structure, scope: scope)
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
  private mutating func charge(_ given: [SourceAttribute], _ inputs: Int, at index: Int, _ scope: Int) -> Bool {
    for attribute in given { net.bytes += attribute.value.utf8.count }
    net.bytes += 8 * inputs
    guard net.bytes > limits.expandedBytes, !net.isExhausted else { return !net.isExhausted }
    net.isExhausted = true
    report(
      "too-large", "with its blocks and repetitions written out, the net takes more than \(limits.expandedBytes) bytes",
      at: index, scope: scope)
    return false
  }

  private mutating func add(_ item: NetworkInProgress.Item) {
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
    if let from = given.first(where: { $0.name == "from" }) {
      if let inputs = resolve(from, scope) {
        item.inputs = inputs
        isRight = checkCount(inputs.count, schema, at: from, scope)
      } else {
        isRight = false
      }
      replaced["from"] = .words(item.inputs.isEmpty ? ["unknown"] : item.inputs.map { net.items[$0.element].name })
    } else {
      item.inputs = schema.inputs.upperBound == 0 ? [] : net.current
      isRight = checkDefaultInput(index, item.inputs.count, schema, scope)
    }
    if let share = given.first(where: { $0.name == "share" }), schema.kind == .layer {
      if let other = sharedLayer(share, declaration, scope) {
        item.sharedWith = other
        replaced["share"] = .text(net.items[other].name)
      } else {
        isRight = false
        replaced["share"] = .text("unknown")
      }
    }
    guard charge(given, item.inputs.count, at: index, scope) else { return }
    for input in item.inputs { net.items[input.element].isRead = true }
    let element = make(index, given, declaration, scope: scope, replaced: replaced)
    if isRight, let element {
      item.result = NetworkElement(name: name, inputs: item.inputs, sharedWith: item.sharedWith, element: element)
    }
    defineValue(name, NetworkElement.Reference(element: net.items.count, output: 0))
    add(item)
  }

  /// The attributes of an element of the net, with what the command line says in place of what the file says.
  private mutating func overridden(_ index: Int, _ name: String, _ scope: Int) -> [SourceAttribute] {
    var given = tree[index].attributes
    let taken = overrides.isEmpty ? [] : overrides.take(forLayer: name)
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

  private mutating func checkCount(
    _ count: Int, _ schema: ElementSchema, at from: SourceAttribute, _ scope: Int
  ) -> Bool {
    guard !schema.inputs.contains(count) else { return true }
    report(
      "input-count", "<\(schema.name)> reads \(Self.words(schema.inputs)), not \(count)", at: from, scope: scope)
    return false
  }

  private mutating func checkDefaultInput(_ index: Int, _ count: Int, _ schema: ElementSchema, _ scope: Int) -> Bool {
    if schema.inputs.contains(count) { return true }
    if count == 0 {
      // Without any input, one message about the whole net says it.
      let hasInput =
        net.scopes[0].counts["input"] != nil || tree.elements.contains { $0.isStandard && $0.name == "input" }
      guard hasInput else { return false }
      report(
        "no-input", "\(tree[index].shown) has nothing to read", remedy: "put an <input> before it", at: index,
        scope: scope)
    } else {
      report(
        "input-count",
        "\(tree[index].shown) reads \(Self.words(schema.inputs)), "
          + (count == 1 ? "not only the element before it" : "not the \(count) that its block reads"),
        remedy: "name what it reads, for instance from=\"a b\"", at: index, scope: scope)
    }
    return false
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    if range.lowerBound == range.upperBound { return "\(range.lowerBound) input\(range.lowerBound == 1 ? "" : "s")" }
    if range.upperBound >= 1_000 { return "at least \(range.lowerBound) input\(range.lowerBound == 1 ? "" : "s")" }
    return "\(range.lowerBound) to \(range.upperBound) inputs"
  }

  private mutating func sharedLayer(_ share: SourceAttribute, _ declaration: Declaration, _ scope: Int) -> Int? {
    guard let value = substituted(share, scope)?.trimmingWhitespace else { return nil }
    let found = lookUp(value, scope)
    if let found, net.items[found.element].kind == .structure {
      report(
        "bad-share", "'\(value.shortened)' is an input and has no parameters to share", remedy: "name a layer",
        at: share, scope: scope)
      return nil
    }
    guard let found else {
      let near = diagnostics.suggestion(for: value, among: net.names)
      report(
        "unknown-layer", "there is no earlier layer '\(value.shortened)' to share parameters with", remedy: near,
        at: share, scope: scope)
      return nil
    }
    let other = net.items[found.element]
    // What a wrong element is is not known; it has its message already.
    guard let schema = other.schema else { return found.element }
    guard schema.key == declaration.schema.key else {
      report(
        "bad-share",
        "<\(declaration.schema.name)> cannot use the parameters of '\(value.shortened)', "
          + "which is a <\(schema.name)>", remedy: "share with a <\(declaration.schema.name)>", at: share,
        scope: scope)
      return nil
    }
    return other.sharedWith ?? found.element
  }

  // MARK: What goes wrong without being an error

  mutating func warnAboutNetwork() {
    for (index, item) in net.items.enumerated() where !item.isRead && item.kind != .loss {
      guard index + 1 < net.items.count else { continue }
      let position = tree[item.element].position
      diagnostics.add(
        Diagnostic(
          .warning, code: "unread-output", "nothing reads '\(item.name)'",
          remedy: "remove it, or name it in the from of a later layer", place: tree.place(position),
          sourceLine: tree.line(position)))
    }
    for (name, block) in net.blocks where !block.isUsed {
      let position = tree[block.element].position
      diagnostics.add(
        Diagnostic(
          .warning, code: "unused-block", "the block '\(name)' is not used", place: tree.place(position),
          sourceLine: tree.line(position)))
    }
  }
}
