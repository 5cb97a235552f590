import NNKernels

/// The programs of a defined layer, for samples of one dimension or of more: where a sample has a single dimension, channels
/// and features are the same.
struct DefinedFormula: Sendable {
  /// The graph of the value, before gradients.
  let graph: ElementGraph
  let value: Int
  /// The nodes of the inputs.
  let inputs: [Int]
  let forward: ElementProgram
  /// The gradients: of inputs and parameters, added to what is there or not; of inputs; of parameters.
  let backward: [BackwardVariant: ElementProgram]

  /// What a backward program writes.
  struct BackwardVariant: Hashable, Sendable {
    var inputs: Bool
    var parameters: Bool
    var accumulates: Bool
  }

  init(_ definition: LayerDefinition, _ numbers: [String: Double], rank: Int) {
    var graph = ElementGraph()
    var names: [String: Int] = [:]
    let inputs = definition.inputs.indices.map { graph.leaf(.input($0), .element) }
    for (name, node) in zip(definition.inputs, inputs) { names[name] = node }
    let spreads = definition.parameters.map { rank < 2 && $0.spread == .channels ? .features : $0.spread }
    let parameters = spreads.enumerated().map { index, spread in
      graph.leaf(.parameter(index), spread == .single ? .single : spread == .channels ? .row : .element)
    }
    for (parameter, node) in zip(definition.parameters, parameters) { names[parameter.name] = node }
    for attribute in definition.attributes { names[attribute.name] = graph.constant(numbers[attribute.name] ?? 0.5) }
    let value = graph.value(of: definition.tree, names)
    self.graph = graph
    self.value = value
    self.inputs = inputs
    forward = ProgramCompiler.compile(
      graph, [(value, .output(0, graph.nodes[value].extent, accumulates: false))], spreads: spreads)
    var backward: [BackwardVariant: ElementProgram] = [:]
    let upstream = graph.leaf(.upstream, graph.nodes[value].extent)
    let gradients = graph.gradients(of: value, upstream: upstream, for: inputs + parameters)
    for (wantsInputs, wantsParameters) in [(true, true), (true, false), (false, true)] {
      for accumulates in wantsInputs ? [false, true] : [false] {
        var sinks: [(node: Int, sink: ProgramCompiler.Sink)] = []
        if wantsInputs {
          for index in inputs.indices {
            sinks.append((gradients[index], .output(index, .element, accumulates: accumulates)))
          }
        }
        if wantsParameters {
          for (index, spread) in spreads.enumerated() {
            sinks.append((gradients[inputs.count + index], .gradient(index, spread)))
          }
        }
        let variant = BackwardVariant(inputs: wantsInputs, parameters: wantsParameters, accumulates: accumulates)
        backward[variant] = ProgramCompiler.compile(graph, sinks, spreads: spreads)
      }
    }
    self.backward = backward
  }

  /// Whether the value depends on an input.
  var readsAnInput: Bool {
    var depends = [Bool](repeating: false, count: value + 1)
    for input in inputs where input <= value { depends[input] = true }
    for index in 0...value where graph.operands(of: index).contains(where: { depends[$0] }) { depends[index] = true }
    return depends[value]
  }

  /// Whether the value is one number for each row.
  var isReduced: Bool { graph.nodes[value].extent == .row }

  /// Whether something is summed along rows.
  var sumsRows: Bool { forward.rowSumCount > 0 }
}
