import NNText

/// A net in numbers: a row for each input and layer, and totals.
public struct NetworkSummary: Sendable {
  /// One input or layer.
  public struct Row: Sendable {
    /// Its name.
    public var name: String
    /// The element's name; `input` for inputs.
    public var type: String
    /// The names of what it reads.
    public var inputs: [String]
    /// The shape of one sample's first output.
    public var output: Shape
    /// Its own trainable scalars; shared parameters count where they are defined.
    public var parameters: Int
    /// Whether they are frozen: not trained.
    public var isFrozen: Bool
    /// Operations of one sample's forward pass.
    public var forwardOperations: Int
    /// Operations of one sample's backward pass.
    public var backwardOperations: Int
    /// The receptive field: the elements of the input that one element of the output depends on, for each spatial
    /// dimension; nil before the first convolution or pooling, and where it is not known.
    public var receptiveField: [Int]?
  }

  /// The net's name.
  public var name: String
  /// The rows, in order of execution.
  public var rows: [Row]

  /// The summary of a planned net.
  public init(_ plan: NetworkPlan) {
    let definition = plan.definition
    name = definition.name
    rows = definition.inputs.map { input in
      Row(
        name: input.name, type: "input", inputs: [], output: input.shape, parameters: 0, isFrozen: false,
        forwardOperations: 0, backwardOperations: 0)
    }
    let inputFields = definition.inputs.map { ReceptiveField($0.shape) }
    var fields: [ReceptiveField?] = []
    for (index, node) in definition.nodes.enumerated() {
      let layer = plan.layers[index]
      let field = ReceptiveField(
        node.inputs.map { value in
          switch value.origin {
          case .input(let input): (inputFields[input], definition.inputs[input].shape)
          case .node(let other): (fields[other], plan.layers[other].outputs[value.output])
          }
        }, layer)
      fields.append(field)
      let own = node.sharedWith == nil ? plan.parametersOfNode[index].map { plan.parameters[$0] } : []
      rows.append(
        Row(
          name: node.name, type: node.layer.schema.name,
          inputs: node.inputs.map(definition.name(of:)), output: layer.outputs[0],
          parameters: own.reduce(0) { $0 + $1.range.count },
          isFrozen: node.isFrozen && !own.isEmpty, forwardOperations: layer.forwardOperations,
          backwardOperations: layer.backwardOperations,
          receptiveField: field.flatMap { $0.isWindowed ? $0.size : nil }))
    }
  }

  /// All trainable scalars.
  public var parameters: Int { rows.reduce(0) { $0 + $1.parameters } }
  /// Operations of one sample's forward pass.
  public var forwardOperations: Int { Count.sum(rows.lazy.map(\.forwardOperations)) }
  /// Operations of one sample's backward pass.
  public var backwardOperations: Int { Count.sum(rows.lazy.map(\.backwardOperations)) }

  /// The summary as a table for people.
  public var text: String { table(scalarSize: nil) }

  /// The summary with the operations of both passes and the bytes that each layer's output takes for one sample.
  ///
  /// - Parameter scalarSize: bytes of a number.
  public func detailedText(scalarSize: Int) -> String { table(scalarSize: scalarSize) }

  private func table(scalarSize: Int?) -> String {
    // Only nets with convolutions or pooling have receptive fields to show.
    let hasFields = rows.contains { $0.receptiveField != nil }
    let numbers = scalarSize == nil ? ["operations"] : ["forward", "backward", "bytes"]
    let titles = ["layer", "type", "reads", "output"].map(TextTable.Column.left)
    let numberTitles = (["parameters"] + numbers + (hasFields ? ["sees"] : [])).map(TextTable.Column.right)
    var table = TextTable(titles + numberTitles, hasRule: true)
    for row in rows {
      var line = [row.name, row.type, row.inputs.joined(separator: " "), row.output.description]
      line.append(row.parameters == 0 ? "" : grouped(row.parameters) + (row.isFrozen ? " frozen" : ""))
      line.append(row.forwardOperations == 0 ? "" : Count.text(row.forwardOperations))
      if let scalarSize {
        line.append(row.backwardOperations == 0 ? "" : Count.text(row.backwardOperations))
        line.append(grouped(scalarSize * row.output.elementCount))
      }
      if hasFields { line.append(row.receptiveField.map { $0.map(String.init).joined(separator: "x") } ?? "") }
      table.add(line)
    }
    let text =
      table.text + "\(grouped(parameters)) parameters, \(Count.text(forwardOperations)) operations forward and "
    return text + "\(Count.text(backwardOperations)) backward for each sample"
  }
}
