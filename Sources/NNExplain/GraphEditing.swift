import NNCore

extension NetworkDefinition {
  /// A copy of the graph with changes: everything in it learns, so that it has gradients.
  ///
  /// - Parameters:
  ///   - values: numbers for inputs, by index; the others keep theirs.
  ///   - dropped: nodes that are left out, by index; nothing that stays may read them.
  ///   - renamed: new names for nodes, by index.
  ///   - replaced: other layers in the places of nodes, with the values (of this graph) that they read.
  func edited(
    values: [Int: [Double]] = [:], dropping dropped: Set<Int> = [],
    renaming renamed: [Int: String] = [:], replacing replaced: [Int: (layer: any Layer, inputs: [Value])] = [:]
  ) throws -> NetworkDefinition {
    var copy = NetworkDefinition(name: name)
    var places: [Value.Origin: Value.Origin] = [:]
    for (index, input) in inputs.enumerated() {
      let numbers = values[index] ?? input.value
      // A sequence is explained at its own length, where there is no padding.
      let value = try copy.input(
        input.name, shape: input.shape(of: numbers), value: numbers, hasLength: input.hasLength && numbers == nil,
        entries: input.entries, place: input.place, sourceLine: input.sourceLine)
      places[.input(index)] = value.origin
    }
    for (index, node) in nodes.enumerated() where !dropped.contains(index) {
      let change = replaced[index]
      let sources = (change?.inputs ?? node.inputs).map { Value(places[$0.origin] ?? $0.origin, output: $0.output) }
      let value = try copy.add(
        change?.layer ?? node.layer, name: renamed[index] ?? node.name, from: sources, target: node.target ?? "label",
        weight: node.lossWeight, rateScale: 1, share: node.sharedWith.map { renamed[$0] ?? nodes[$0].name },
        place: node.place,
        sourceLine: node.sourceLine)
      places[.node(index)] = value.origin
    }
    return copy
  }

  /// A copy of the graph with numbers for some of its inputs, by their indices. A sequence gets the shape that its numbers
  /// fill.
  package func withValues(_ values: [Int: [Double]]) throws -> NetworkDefinition { try edited(values: values) }
}
