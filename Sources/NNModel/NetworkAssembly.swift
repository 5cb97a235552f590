import NNCore

extension ModelDescription {
  /// The net as a graph of layers. Throws a `DiagnosticError` with everything that does not fit.
  public func makeNetworkDefinition() throws(DiagnosticError) -> NetworkDefinition {
    if !isResolved, let name = columnInputs.first {
      throw DiagnosticError(
        code: "unread-columns", "the width of '\(name)' is known when the table has been read",
        remedy: "give its data, or a shape in numbers", place: networkPlace)
    }
    var assembly = NetworkAssembly(name)
    for element in network { assembly.add(element) }
    if !assembly.diagnostics.isEmpty { throw DiagnosticError(assembly.diagnostics) }
    return assembly.definition
  }
}

/// A net in the making, element by element. Elements that are missing, and what reads them, are left out.
struct NetworkAssembly {
  private(set) var definition: NetworkDefinition
  private(set) var diagnostics: [Diagnostic] = []
  private var values: [NetworkDefinition.Value?] = []
  private var names: [String] = []

  init(_ name: String) { definition = NetworkDefinition(name: name) }

  mutating func add(_ element: NetworkElement?) {
    guard let element, let inputs = inputs(of: element) else {
      values.append(nil)
      names.append("")
      return
    }
    names.append(element.name)
    do throws(ElementError) {
      values.append(try add(element, reading: inputs))
    } catch {
      values.append(nil)
      diagnostics.append(
        error.showing(element.element.schema, prefix: element.element.prefix).diagnostic(at: element.element))
    }
  }

  private func inputs(of element: NetworkElement) -> [NetworkDefinition.Value]? {
    var inputs: [NetworkDefinition.Value] = []
    for reference in element.inputs {
      guard values.indices.contains(reference.element), var value = values[reference.element] else { return nil }
      if case .input = value.origin, reference.output > 0 { value.output = 0 } else { value.output = reference.output }
      inputs.append(value)
    }
    if let shared = element.sharedWith, !values.indices.contains(shared) || values[shared] == nil { return nil }
    return inputs
  }

  private mutating func add(
    _ element: NetworkElement, reading inputs: [NetworkDefinition.Value]
  ) throws(ElementError) -> NetworkDefinition.Value {
    let attributes = element.element.attributes
    let place = element.element.place
    let line = element.element.sourceLine
    if let input = element.element.element as? NetworkElement.Input {
      return try definition.input(
        element.name, shape: input.shape, value: input.value, hasLength: input.hasLength, entries: input.entries,
        place: place, sourceLine: line)
    }
    guard let layer = element.element.element as? any Layer else {
      throw ElementError(code: "not-a-layer", "<\(element.element.schema.name)> is registered but is not a layer")
    }
    guard element.element.schema.kind == .layer else {
      return try definition.add(
        layer, name: element.name, from: inputs, target: attributes.text("target"),
        weight: attributes.number("weight"), place: place, sourceLine: line,
        prefix: element.element.prefix)
    }
    return try definition.add(
      layer, name: element.name, from: inputs, freeze: attributes.boolean("freeze"),
      rateScale: attributes.number("rateScale"), share: element.sharedWith.map { names[$0] }, place: place,
      sourceLine: line, prefix: element.element.prefix)
  }
}

extension ModelReader {
  /// Adds what shape inference says about the elements that are right, so that a file's wrong shapes and its other
  /// errors are told in one pass.
  mutating func addShapeErrors() {
    let readsColumns = net.items.contains {
      ($0.result?.element.element as? NetworkElement.Input)?.readsColumns ?? false
    }
    guard !net.isExhausted, !readsColumns else { return }
    var assembly = NetworkAssembly("model")
    for item in net.items { assembly.add(item.result) }
    for diagnostic in assembly.diagnostics { diagnostics.add(diagnostic) }
    do {
      _ = try NetworkPlan(assembly.definition)
    } catch let error as DiagnosticError {
      for diagnostic in error.diagnostics { diagnostics.add(diagnostic) }
    } catch {
      // Shape inference says nothing else.
    }
  }
}
