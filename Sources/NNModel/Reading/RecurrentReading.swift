import NNCore
import NNText

extension ModelReader {
  /// Writes out a recurrent layer: for each step a slice of the sequence, and the cell that makes the next state of it.
  mutating func readRecurrent(_ index: Int, _ scope: Int) {
    checkText(index, scope)
    let name = defineName(index, tree[index].attributes, type: "recurrent", scope: scope, isAdded: false)
    let declaration = Declaration(ModelStructure.recurrent.declaration)
    guard
      let attributes = attributes(
        of: index, tree[index].attributes, declaration, scope: scope,
        replaced: ["name": .text(name), "from": .words(["unknown"])])
    else { return defineAlias(name) }
    var inputs = net.current
    if let from = tree[index].attribute("from") {
      guard let values = resolve(from, scope) else { return defineAlias(name) }
      inputs = values
    }
    guard let sequence = inputs.first, inputs.count == 1 else {
      report(
        "input-count", "<recurrent> reads one sequence, not \(inputs.count) values", remedy: "name it in from",
        at: index,
        scope: scope)
      return defineAlias(name)
    }
    guard let steps = steps(of: sequence, attributes, index, scope) else { return defineAlias(name) }
    guard net.scopes[scope].depth < limits.depth else {
      report("too-deep", "blocks are used inside one another more than \(limits.depth) deep", at: index, scope: scope)
      return
    }
    let size = attributes.integer("state")
    // The zeros of the first state are written with a blank between.
    guard 2 * size - 1 <= limits.attributeBytes else {
      report("out-of-range", "the state has more than \(limits.attributeBytes / 2) numbers", at: index, scope: scope)
      return defineAlias(name)
    }
    guard charge([], size, at: index, scope) else { return defineAlias(name) }
    let zeros = AttributeValue.numbers([Double](repeating: 0, count: size))
    guard var state = write("constant", name + ".state0", ["value": zeros], [], index, scope) else { return }
    var states: [NetworkElement.Reference] = []
    var first = 0
    for step in 1...steps {
      guard !net.isExhausted, !diagnostics.isFull, countVisit(index, scope) else { return }
      let slice: [String: AttributeValue] = ["start": .integer(step - 1), "length": .integer(1), "axis": .text("1")]
      guard let part = write("slice", "\(name).slice\(step)", slice, [sequence], index, scope),
        let row = write("flatten", "\(name).step\(step)", [:], [part], index, scope)
      else { return }
      if step == 1 { first = net.items.count }
      let inner = net.scopes.count
      net.scopes.append(
        NetworkInProgress.Scope(
          prefix: step == 1 ? name + "." : "\(name).\(step).", parent: scope, naming: inner, use: index,
          title: "recurrent layer '\(name)'", parameters: ["state": shownName(state)], inputs: [row],
          reserved: givenNames(index), sharing: step == 1 ? nil : (first, net.items.count),
          depth: net.scopes[scope].depth + 1, blockLimit: net.scopes[scope].blockLimit))
      visit(index, in: .recurrent, scope: inner)
      guard let last = net.current.last else { return }
      state = last
      states.append(state)
    }
    net.current = [state]
    let joinsStates = attributes.text("return") == "all"
    let nameBytes = states.reduce(0) { $0 + shownName($1).utf8.count + 1 }
    guard !joinsStates || nameBytes <= limits.attributeBytes else {
      report(
        "out-of-range", "the names of the \(steps) states take more than \(limits.attributeBytes) bytes",
        remedy: "give <recurrent> a shorter name, or return=\"last\"", at: index, scope: scope)
      return defineAlias(name)
    }
    if joinsStates {
      guard let shape = Shape([steps, size]),
        let joined = write("concat", name + ".states", ["axis": .text("1")], states, index, scope),
        write("reshape", name + ".output", ["shape": .shape(shape)], [joined], index, scope) != nil
      else { return }
    }
    defineAlias(name)
  }

  /// How many steps a sequence has: as many as the attribute says, or as the input that it is; nil after reporting that neither
  /// says it, or that samples have lengths of their own.
  private mutating func steps(
    of sequence: NetworkElement.Reference, _ attributes: Attributes, _ index: Int, _ scope: Int
  ) -> Int? {
    let input = net.items[sequence.element].result?.element.element as? NetworkElement.Input
    if input?.hasLength == true {
      report(
        "length-refused",
        "<recurrent> is written out for a fixed number of steps and does not read samples with lengths",
        remedy: "take length=\"varying\" away, or use <rnn>, <lstm> or <gru>", at: index, scope: scope)
      return nil
    }
    if attributes.has("steps") { return attributes.integer("steps") }
    if let input, !input.readsColumns, input.shape.rank == 2, input.shape[0] <= limits.inputsPerLayer {
      return input.shape[0]
    }
    report(
      "missing-attribute",
      "<recurrent> does not know how many steps there are: it reads no <input> of steps x features",
      remedy: "say so in steps", at: index, scope: scope)
    return nil
  }

  /// Adds a layer that no element of the file stands for, at the place of one; nil after reporting what is wrong.
  private mutating func write(
    _ type: String, _ name: String, _ values: [String: AttributeValue], _ inputs: [NetworkElement.Reference],
    _ index: Int,
    _ scope: Int
  ) -> NetworkElement.Reference? {
    guard let known = registry.declaration(of: type, namespace: ElementSchema.standardNamespace, in: .network) else {
      report(
        "unknown-element", "<recurrent> is written out with <\(type)>, which is not known here", at: index, scope: scope
      )
      return nil
    }
    let schema = known.schema
    guard charge([], inputs.count, at: index, scope) else { return nil }
    var all = values
    all["name"] = .text(name)
    if !inputs.isEmpty { all["from"] = .words(inputs.map(shownName)) }
    do {
      if net.names[name] != nil { throw ElementError.taken(name) }
      let attributes = try Attributes(all, for: schema)
      let element = ModelElement(
        schema: schema, element: try known.make(attributes), attributes: attributes, prefix: "",
        position: tree[index].position, given: [], source: tree.source(tree[index].position))
      var item = NetworkInProgress.Item(element: index, name: name, kind: schema.kind, schema: schema)
      item.result = NetworkElement(name: name, inputs: inputs, sharedWith: nil, element: element)
      let reference = NetworkElement.Reference(element: net.items.count, output: 0)
      net.names.define(name, as: reference)
      add(item)
      return reference
    } catch let error as ElementError {
      report(error, element: index, attributes: [], scope: scope)
    } catch {
      report("bad-element", "<\(type)> cannot be made: \(error)", at: index, scope: scope)
    }
    return nil
  }

  /// In a step of a recurrent layer behind the first, the layer of the first step that the next item stands for; nil elsewhere.
  func twin(_ schema: ElementSchema, _ scope: Int) -> Int? {
    guard schema.kind == .layer, let sharing = sharing(scope) else { return nil }
    let other = sharing.first + net.items.count - sharing.own
    guard net.items.indices.contains(other), net.items[other].schema?.key == schema.key else { return nil }
    return net.items[other].sharedWith ?? other
  }

  /// The name that an element of a step has in the first one, by which overrides mean all of them.
  func firstStepName(_ name: String, _ scope: Int) -> String {
    guard let sharing = sharing(scope) else { return name }
    let other = sharing.first + net.items.count - sharing.own
    return net.items.indices.contains(other) ? net.items[other].name : name
  }

  private func sharing(_ scope: Int) -> (first: Int, own: Int)? {
    var next: Int? = scope
    while let index = next {
      if let sharing = net.scopes[index].sharing { return sharing }
      next = net.scopes[index].parent
    }
    return nil
  }
}
