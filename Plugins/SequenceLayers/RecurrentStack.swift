import NNCore
import NNKernels

/// The recurrences that a recurrent layer is made of, and where their arrays lie: layer by layer, one for each direction.
struct RecurrentStack {
  let cell: RecurrentCell
  let settings: RecurrentSettings
  /// The longest sequence, and the numbers of a step.
  let steps: Int
  let features: Int

  init(_ cell: RecurrentCell, _ settings: RecurrentSettings, _ input: Shape) {
    self.cell = cell
    self.settings = settings
    (steps, features) = (input[0], input[1])
  }

  /// Directions of each layer.
  var directions: Int { settings.direction == .both ? 2 : 1 }

  /// The numbers of a step after a layer.
  var width: Int { directions * settings.units }

  /// One direction of a layer.
  func recurrence(_ layer: Int, _ direction: Int, batch: Int) -> Recurrence {
    Recurrence(
      cell, batch: batch, steps: steps, features: layer == 0 ? features : width, units: settings.units,
      isReversed: settings.direction == .backward || direction == 1,
      returnsAll: layer < settings.layers - 1 || settings.returnsAll, outputStride: width,
      outputOffset: direction * settings.units)
  }

  /// Parameters of a recurrence.
  var parametersOfRecurrence: Int { settings.hasBias ? 4 : 2 }

  /// The index of a recurrence's first parameter.
  func firstParameter(_ layer: Int, _ direction: Int) -> Int {
    (layer * directions + direction) * parametersOfRecurrence
  }

  /// The weights of a recurrence, or what is said of each of them.
  func weights<S: Scalar>(_ layer: Int, _ direction: Int, _ parameter: (Int) -> Buffer<S>) -> RecurrentWeights<S> {
    let first = firstParameter(layer, direction)
    return RecurrentWeights(
      input: parameter(first), hidden: parameter(first + 1),
      inputBias: settings.hasBias ? parameter(first + 2) : nil,
      hiddenBias: settings.hasBias ? parameter(first + 3) : nil)
  }

  /// Scalars for each step that a recurrence of a layer saves.
  private func savedPerStep(_ layer: Int) -> Int { recurrence(layer, 0, batch: 1).savedPerStep }

  /// Scalars for each sample that all recurrences save.
  var savedPerSample: Int {
    Count.sum((0..<settings.layers).map { Count.product(directions, steps, savedPerStep($0)) })
  }

  /// What a recurrence saves, among what all do.
  func saved<S: Scalar>(_ layer: Int, _ direction: Int, batch: Int, _ all: Buffer<S>) -> Buffer<S> {
    guard all.count > 0 else { return all }
    var start = 0
    for before in 0..<layer { start += directions * savedPerStep(before) }
    let size = savedPerStep(layer)
    return all.slice(from: (start + direction * size) * steps * batch, count: size * steps * batch)
  }

  /// Scalars for each sample of the values between layers: two at a time where there are more than two layers.
  var scratchPerSample: Int { Count.product(min(2, settings.layers - 1), steps, width) }

  /// The values, or their gradients, between layer `layer` and the next.
  func between<S: Scalar>(_ layer: Int, batch: Int, _ scratch: Buffer<S>) -> Buffer<S> {
    let size = batch * steps * width
    return scratch.slice(from: layer % 2 * size, count: size)
  }

  /// The trainable arrays: PyTorch's names, layouts and initial values.
  func parameters() throws -> [ParameterPlan] {
    var parameters: [ParameterPlan] = []
    let initializer = Initializer.uniform(limit: 1 / Double(settings.units).squareRoot())
    let rows = Count.product(cell.gates, settings.units)
    for layer in 0..<settings.layers {
      let inputs = layer == 0 ? features : width
      guard let input = Shape([rows, inputs]), let hidden = Shape([rows, settings.units]) else {
        throw ElementError(
          code: "too-many-parameters",
          "a recurrent layer of \(settings.units) units would need weights of \(rows) x \(max(inputs, settings.units)), "
            + "more than the \(Shape.maximumElementCount) numbers that are possible", attribute: "units")
      }
      for direction in 0..<directions {
        let suffix = "l\(layer)" + (direction == 1 ? "_reverse" : "")
        func add(_ name: String, _ shape: Shape, fanIn: Int, decays: Bool) {
          parameters.append(
            ParameterPlan(
              "\(name)_\(suffix)", shape, initializer: initializer, fanIn: fanIn, fanOut: settings.units,
              decays: decays))
        }
        add("weight_ih", input, fanIn: inputs, decays: true)
        add("weight_hh", hidden, fanIn: settings.units, decays: true)
        guard settings.hasBias else { continue }
        add("bias_ih", Shape(rows), fanIn: inputs, decays: false)
        add("bias_hh", Shape(rows), fanIn: settings.units, decays: false)
      }
    }
    return parameters
  }

  /// Additions, multiplications and functions of a sample's forward pass, those of products alone if so.
  func operations(productsOnly: Bool = false) -> Int {
    let rows = Count.product(cell.gates, settings.units)
    let steps = (0..<settings.layers).map { layer in
      let inner = (layer == 0 ? features : width) + settings.units
      return Count.sum(
        Count.product(2, rows, inner), productsOnly ? 0 : Count.product(8, rows), productsOnly ? 0 : rows)
    }
    return Count.product(directions, self.steps, Count.sum(steps))
  }
}
