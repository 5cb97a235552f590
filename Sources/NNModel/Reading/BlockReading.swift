import NNCore
import NNText

extension ModelReader {
  /// Reads a block's declaration; its layers are read where it is used.
  mutating func readBlock(_ index: Int) {
    checkText(index)
    guard let attributes = structureAttributes(index, .block) else { return }
    let name = attributes.text("name")
    if let first = net.blocks[name], let attribute = tree[index].attribute("name") {
      report(
        "duplicate-name",
        "the block '\(name)' is already defined on \(tree.line(of: first.element, from: attribute.namePosition))",
        remedy: "give one of the two another name", at: attribute)
      return
    }
    var block = NetworkInProgress.Block(element: index, parameters: [], names: givenNames(index))
    for word in attributes.has("parameters") ? attributes.words("parameters") : [] {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let isTaken = ["block", "name", "from", "input", "index"].contains(parts[0])
      guard parts[0].isElementName, !isTaken, !block.parameters.contains(where: { $0.name == parts[0] }) else {
        guard let attribute = tree[index].attribute("parameters") else { continue }
        let reason =
          !parts[0].isElementName ? "is not a name" : isTaken ? "has a meaning of its own" : "is given twice"
        report(
          "bad-parameter", "the parameter '\(parts[0].shortened)' \(reason)", remedy: "choose another name",
          at: attribute)
        continue
      }
      block.parameters.append((parts[0], parts.count == 2 ? parts[1] : nil))
    }
    net.blocks[name] = block
  }

  /// Writes out a block where it is used.
  mutating func readUse(_ index: Int, _ scope: Int) {
    checkLeaf(index, scope)
    guard let block = usedBlock(index, scope) else {
      // What reads this use by its name shall not be wrong as well.
      let name = defineName(index, tree[index].attributes, type: "use", scope: scope, isAdded: false)
      defineAlias(name)
      return
    }
    let type = tree[index].attribute("block")?.value.trimmingWhitespace ?? "use"
    let name = defineName(index, tree[index].attributes, type: type, scope: scope, isAdded: false)
    guard let parameters = parameters(index, block, name, scope) else { return defineAlias(name) }
    var inputs = net.current
    if let from = tree[index].attribute("from") {
      guard let values = resolve(from, scope) else { return defineAlias(name) }
      inputs = values
    }
    guard net.scopes[scope].depth < limits.depth else {
      report("too-deep", "blocks are used inside one another more than \(limits.depth) deep", at: index, scope: scope)
      return
    }
    net.current = inputs
    let inner = net.scopes.count
    net.scopes.append(
      NetworkInProgress.Scope(
        prefix: name + ".", parent: scope, naming: inner, use: index, title: "block '\(type)'",
        parameters: parameters, inputs: inputs, reserved: block.names,
        depth: net.scopes[scope].depth + 1, blockLimit: block.element))
    visit(block.element, in: .block, scope: inner)
    defineAlias(name)
  }

  /// Makes a name stand for what was read last.
  mutating func defineAlias(_ name: String) {
    if let last = net.current.last { net.names.define(name, as: last) }
  }

  private mutating func usedBlock(_ index: Int, _ scope: Int) -> NetworkInProgress.Block? {
    guard let attribute = tree[index].attribute("block") else {
      report(
        "missing-attribute", "<use> needs the attribute 'block'", remedy: "name the block to write out here",
        at: index, scope: scope)
      return nil
    }
    guard let name = substituted(attribute, scope)?.trimmingWhitespace else { return nil }
    guard let block = net.blocks[name] else {
      let near = diagnostics.suggestion(for: name, among: net.blocks.keys.sorted())
      report(
        "unknown-block", "there is no block '\(name.shortened)'",
        remedy: near ?? "define it in <model>: <block name=\"...\">", at: attribute, scope: scope)
      return nil
    }
    net.blocks[name]?.isUsed = true
    guard block.element < net.scopes[scope].blockLimit else {
      report(
        "unknown-block", "the block '\(name.shortened)' is not defined before this one",
        remedy: "a block can use only blocks that stand before it", at: attribute, scope: scope)
      return nil
    }
    return block
  }

  /// The values of a block's parameters in a use of it.
  private mutating func parameters(
    _ index: Int, _ block: NetworkInProgress.Block, _ name: String, _ scope: Int
  ) -> [String: String]? {
    var values: [String: String] = [:]
    var isRight = true
    var given = tree[index].attributes
    for override in overrides.isEmpty ? [] : overrides.take(forLayer: name) {
      given.apply([override], at: tree[index].position)
      if scope == 0 { overrides.edit(override, tag: index, in: tree) } else { overrides.needExpansion = true }
    }
    let names = block.parameters.map(\.name)
    for attribute in given where !["block", "name", "from"].contains(attribute.name) {
      if names.contains(attribute.name) {
        if let value = substituted(attribute, scope) { values[attribute.name] = value } else { isRight = false }
      } else {
        isRight = false
        reportUnknown(attribute, of: index, names: names + ["block", "name", "from"], scope: scope)
      }
    }
    for (parameter, defaultValue) in block.parameters where values[parameter] == nil && isRight {
      if let defaultValue {
        values[parameter] = defaultValue
      } else {
        isRight = false
        report(
          "missing-attribute", "<use> needs the attribute '\(parameter)'",
          remedy: "it is a parameter of the block, without a default", at: index, scope: scope)
      }
    }
    return isRight ? values : nil
  }

  /// Writes out a repetition.
  mutating func readRepeat(_ index: Int, _ scope: Int) {
    checkText(index, scope)
    let declaration = Declaration(ModelStructure.repeat.declaration)
    guard let attributes = attributes(of: index, tree[index].attributes, declaration, scope: scope) else { return }
    let times = attributes.integer("times")
    guard times <= limits.repeats else {
      guard let attribute = tree[index].attribute("times") else { return }
      report(
        "out-of-range", "a <repeat> repeats at most \(limits.repeats) times", remedy: "give a smaller number",
        at: attribute, scope: scope)
      return
    }
    guard net.scopes[scope].depth < limits.depth else {
      report("too-deep", "blocks are used inside one another more than \(limits.depth) deep", at: index, scope: scope)
      return
    }
    let naming = net.scopes[scope].naming
    let outer = net.scopes[naming].prefix
    let name = attributes.has("name") ? attributes.text("name") : nil
    let reserved = name == nil ? [] : givenNames(index)
    for round in 1...max(1, times) where round <= times {
      guard !net.isExhausted, !diagnostics.isFull, countVisit(index, scope) else { return }
      let inner = net.scopes.count
      let prefix = name.map { "\(outer)\($0)\(round)" }
      net.scopes.append(
        NetworkInProgress.Scope(
          prefix: prefix.map { $0 + "." } ?? outer, parent: scope, naming: name == nil ? naming : inner,
          title: "repetition", parameters: ["index": String(round)], reserved: reserved,
          depth: net.scopes[scope].depth + 1, blockLimit: net.scopes[scope].blockLimit))
      visit(index, in: .repeat, scope: inner)
      guard let prefix, let last = net.current.last else { continue }
      if net.names[prefix] != nil {
        report(
          .taken(prefix, remedy: "give the <repeat> another name"), element: index, attributes: tree[index].attributes,
          scope: scope)
        return
      }
      net.names.define(prefix, as: last)
    }
  }

  /// The uses of blocks that led to a scope, the innermost first, as notes to a message.
  func notes(_ scope: Int?) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    var next = scope
    while let index = next, net.scopes.indices.contains(index), notes.count < 8 {
      if let use = net.scopes[index].use {
        let position = tree[use].position
        notes.append(
          Diagnostic(
            .note, code: "used-here", "in \(net.scopes[index].title), used here", place: tree.place(position),
            sourceLine: tree.line(position)))
      }
      next = net.scopes[index].parent
    }
    return notes
  }
}
