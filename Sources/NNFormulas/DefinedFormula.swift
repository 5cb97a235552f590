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

  /// Whether the parameters' gradients are numbers where inputs and upstream gradient are 0, as padding is.
  let isSafeAtPadding: Bool

  /// What a backward program writes.
  struct BackwardVariant: Hashable, Sendable {
    var inputs: Bool
    var parameters: Bool
    var accumulates: Bool
  }

  init(_ definition: LayerDefinition, _ numbers: [String: Double], rank: Int) {
    var graph = ElementGraph()
    let spreads = definition.parameters.map { rank < 2 && $0.spread == .channels ? .features : $0.spread }
    let (value, inputs, parameters) = graph.value(of: definition, numbers, spreads)
    self.graph = graph
    self.value = value
    self.inputs = inputs
    forward = ProgramCompiler.compile(
      graph, [(value, .output(0, graph.nodes[value].extent, accumulates: false))], spreads: spreads)
    var backward: [BackwardVariant: ElementProgram] = [:]
    let upstream = graph.leaf(.upstream, graph.nodes[value].extent)
    let gradients = graph.gradients(of: value, upstream: upstream, for: inputs + parameters)
    let initial = definition.parameters.map { parameter in
      switch parameter.initial {
      case .number(let number): number
      case .attribute(let name): numbers[name] ?? 1
      }
    }
    isSafeAtPadding =
      graph.areNumbersAtPadding(gradients[inputs.count...], parameters: initial)
      && graph.areNumbersAtPadding(gradients[inputs.count...], parameters: initial.map { _ in 1 })
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

  /// Whether the value is one number for each row.
  var isReduced: Bool { graph.nodes[value].extent == .row }

  /// Whether something is summed along rows, or depends on how long they are.
  var readsRows: Bool { forward.rowSumCount > 0 || forward.readsRowLength }
}

extension ElementGraph {
  /// The value of a definition, and the nodes of its inputs and parameters.
  ///
  /// - Parameters:
  ///   - numbers: the values of its attributes.
  ///   - spreads: for each parameter its place along a sample.
  mutating func value(
    of definition: LayerDefinition, _ numbers: [String: Double], _ spreads: [Spread]
  ) -> (value: Int, inputs: [Int], parameters: [Int]) {
    var names: [String: Int] = [:]
    let inputs = definition.inputs.indices.map { leaf(.input($0), .element) }
    for (name, node) in zip(definition.inputs, inputs) { names[name] = node }
    let parameters = spreads.enumerated().map { index, spread in
      leaf(.parameter(index), spread == .single ? .single : spread == .channels ? .row : .element)
    }
    for (parameter, node) in zip(definition.parameters, parameters) { names[parameter.name] = node }
    for (index, attribute) in definition.attributes.enumerated() {
      if let number = numbers[attribute.name] {
        names[attribute.name] = constant(number)
      } else {
        // A number that is not known yet folds nothing away. What has such a leaf is not compiled.
        names[attribute.name] = leaf(.input(definition.inputs.count + index), .single)
      }
    }
    return (value(of: definition.tree, names), inputs, parameters)
  }

  /// Whether values are numbers where inputs and upstream gradient are 0, for rows of one element.
  ///
  /// - Parameter parameters: a value of each parameter.
  func areNumbersAtPadding(_ values: ArraySlice<Int>, parameters: [Double]) -> Bool {
    var numbers: [Double] = []
    for node in nodes {
      switch node.kind {
      case .constant(let bits): numbers.append(Double(bitPattern: bits))
      case .inverseCount: numbers.append(1)
      case .parameter(let index): numbers.append(parameters[index])
      case .input, .upstream: numbers.append(0)
      case .rowSum(let operand), .total(let operand): numbers.append(numbers[operand])
      case .step(let operation, let x):
        numbers.append(operation.value(numbers[x[0]], numbers[x[x.count > 1 ? 1 : 0]], numbers[x[x.count > 2 ? 2 : 0]]))
      }
    }
    return values.allSatisfy { !numbers[$0].isNaN }
  }

  /// Whether a value depends on one of the leaves.
  func depends(_ value: Int, on leaves: [Int]) -> Bool {
    var depends = [Bool](repeating: false, count: value + 1)
    for leaf in leaves where leaf <= value { depends[leaf] = true }
    for index in 0...value where operands(of: index).contains(where: { depends[$0] }) { depends[index] = true }
    return depends[value]
  }
}
