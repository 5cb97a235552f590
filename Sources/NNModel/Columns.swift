import NNCore

extension NetworkElement.Input {
  /// The word for a row as wide as the columns make it.
  static let columnsWord = "columns"

  /// The shape as a model file writes it.
  var writtenShape: String { readsColumns ? Self.columnsWord : shape.description }
}

extension ModelDescription {
  /// The inputs that are as wide as the columns of a table make them, in order.
  package var columnInputs: [String] {
    network.filter { ($0.element.element as? NetworkElement.Input)?.readsColumns ?? false }.map(\.name)
  }

  /// The inputs of a model before its table has been read, in a shape that most nets can read.
  package var presumedShapes: [String: Shape] {
    let isLong = sources.contains { $0.attributes.has("group") || !$0.children.isEmpty }
    return network.reduce(into: [:]) { shapes, element in
      guard (element.element.element as? NetworkElement.Input)?.readsColumns ?? false else { return }
      let isIndex = element.element.attributes.text("kind") == "index"
      shapes[element.name] = isLong ? isIndex ? Shape(64) : Shape(64, 1) : Shape(1)
    }
  }

  /// The model with the inputs as wide as a table has made them.
  ///
  /// - Parameters:
  ///   - shapes: the shape of a sample for each of `columnInputs`, by name.
  ///   - entries: how many indices there are, for those that read indices.
  package func resolved(columns shapes: [String: Shape], entries: [String: Int] = [:]) -> ModelDescription {
    var result = self
    for index in result.network.indices {
      let element = result.network[index]
      guard let input = element.element.element as? NetworkElement.Input, input.readsColumns,
        let shape = shapes[element.name]
      else { continue }
      result.network[index].element = element.element.with(
        NetworkElement.Input(columns: shape, entries: entries[element.name], hasLength: input.hasLength))
    }
    result.isResolved = result.columnInputs.allSatisfy { shapes[$0] != nil }
    return result
  }
}

extension ModelReader {
  /// Reads `<columns>`.
  mutating func readColumns(_ index: Int) {
    guard let attributes = structureAttributes(index, .columns) else { return }
    columns = ColumnsDescription(
      missingValues: attributes.has("missingValues") ? attributes.words("missingValues") : nil,
      elements: readElements(index, .columns, .columns), place: tree.place(tree[index].position))
  }

  /// Reports columns without an input that reads them, and inputs without columns.
  mutating func checkColumns() {
    guard sections.contains(.data), let network = tree[0].children.first(where: { tree[$0].name == "network" }) else {
      return
    }
    let readers = net.items.contains { ($0.result?.element.element as? NetworkElement.Input)?.readsColumns ?? false }
    if columns == nil, readers {
      report(
        "missing-columns", "an input has shape=\"columns\", but the model has no <columns>",
        remedy: "say what each column of the table is", at: network)
    }
    if columns != nil, let section = tree[0].children.first(where: { tree[$0].name == "preprocess" }) {
      report(
        "exclusive-sections", "the model has <columns> and <preprocess>",
        remedy: "say in the scale of each column how it is brought to size, and leave <preprocess> out", at: section)
    }
    if columns != nil, !readers {
      report(
        "missing-columns", "the model has <columns>, but no input reads them",
        remedy: "write <input shape=\"columns\"/>", at: network)
    }
  }
}
