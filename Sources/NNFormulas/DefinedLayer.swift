import NNCore
import NNKernels

/// A layer that computes the formula of a `<define>`.
package struct DefinedLayer: Layer {
  package let schema: ElementSchema
  package let definition: LayerDefinition
  /// The values of the definition's attributes.
  package let numbers: [String: Double]
  /// The programs for samples of one dimension, and of more.
  private let flat: DefinedFormula
  private let deep: DefinedFormula

  init(_ definition: LayerDefinition, _ schema: ElementSchema, _ attributes: Attributes) {
    self.definition = definition
    self.schema = schema
    var numbers: [String: Double] = [:]
    for attribute in definition.attributes { numbers[attribute.name] = attributes.number(attribute.name) }
    self.numbers = numbers
    deep = DefinedFormula(definition, numbers, rank: 2)
    let hasChannels = definition.parameters.contains { $0.spread == .channels }
    flat = hasChannels ? DefinedFormula(definition, numbers, rank: 1) : deep
  }

  private func formula(of sample: Shape) -> DefinedFormula { sample.rank < 2 ? flat : deep }

  /// All inputs have one shape; the output has it too, or a last dimension of 1 if the formula ends in a sum or a mean.
  package func plan(_ inputs: [Shape]) throws -> LayerPlan {
    for (index, shape) in inputs.enumerated() where shape != inputs[0] {
      throw ElementError.shape(
        "<\(schema.name)> reads inputs of one shape, but '\(definition.inputs[0])' has \(inputs[0]) and "
          + "'\(definition.inputs[index])' \(shape)", remedy: "bring them to one shape first")
    }
    let sample = inputs[0]
    let formula = formula(of: sample)
    guard formula.graph.depends(formula.value, on: formula.inputs) else {
      throw ElementError(
        code: "bad-value", "with these attributes the formula of <\(schema.name)> depends on no input",
        remedy: "give it other numbers, or leave the layer out")
    }
    var output = sample
    if formula.isReduced, sample.rank > 0, let reduced = Shape(sample.dimensions.dropLast() + [1]) { output = reduced }
    let (features, channels) = (sample.rank > 0 ? sample[sample.rank - 1] : 1, sample.rank > 0 ? sample[0] : 1)
    let parameters = definition.parameters.map { parameter in
      let count = parameter.spread == .features ? features : parameter.spread == .channels ? channels : 1
      let initial: Double
      switch parameter.initial {
      case .number(let number): initial = number
      case .attribute(let name): initial = numbers[name] ?? 0
      }
      return ParameterPlan(parameter.name, Shape(count), initializer: .constant(initial), decays: false)
    }
    let gathered = formula.backward.values.map {
      ProgramExtent.gathered($0, features: features, channels: channels)
    }
    let operations = formula.graph.nodes.count
    return LayerPlan(
      outputs: [output], parameters: parameters,
      scratchFixed: ProgramExtent.mostGathering * (gathered.max() ?? 0), backwardNeeds: .inputs,
      forwardOperations: Count.product(operations, sample.elementCount),
      backwardOperations: Count.product(2 * operations, sample.elementCount))
  }

  /// Computes each step by itself, unless it sums along the steps or each step has a parameter of its own.
  package func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    let rank = inputs[0].rank
    let formula = formula(of: inputs[0])
    guard formula.isSafeAtPadding || lengths.allSatisfy({ $0 == nil }) else {
      throw ElementError.length(
        schema.name,
        remedy:
          "its parameters' gradients are no numbers where inputs are 0, as padding is: add a small number before a "
          + "division, a logarithm or a root")
    }
    let usesLast = formula.readsRows || definition.parameters.contains { $0.spread == .features }
    let usesFirst = definition.parameters.contains { $0.spread == .channels }
    let kept = try SequenceLength.kept(lengths, by: schema.name, across: usesLast ? max(0, rank - 1)..<rank : 0..<0)
    return [usesFirst ? try SequenceLength.kept(lengths, by: schema.name, across: 0..<1) : kept]
  }

  package func formula(_ inputs: [Shape]) -> LayerFormula? {
    inputs.isEmpty
      ? nil : formula(of: inputs[0]).written(name: schema.name, hasParameters: !definition.parameters.isEmpty)
  }

  package func forward<S: Scalar>(_ context: ForwardContext<S>) {
    formula(of: context.input.shape.sample).forward.run(ProgramArrays(context))
  }

  package func backward<S: Scalar>(_ context: BackwardContext<S>) {
    var (wantsInputs, wantsParameters, accumulates) = (false, false, false)
    for index in context.downstream.indices where context.downstream[index].isWanted {
      wantsInputs = true
      if context.downstream[index].accumulates { accumulates = true }
    }
    for index in context.parameterGradients.indices where context.parameterGradients[index].isWanted {
      wantsParameters = true
    }
    guard wantsInputs || wantsParameters else { return }
    for index in context.downstream.indices where accumulates {
      let slot = context.downstream[index]
      if slot.isWanted, !slot.accumulates { slot.tensor.buffer.fill(0) }
    }
    let variant = DefinedFormula.BackwardVariant(
      inputs: wantsInputs, parameters: wantsParameters, accumulates: accumulates)
    formula(of: context.inputs[0].shape.sample).backward[variant]?.run(ProgramArrays(context))
  }
}
