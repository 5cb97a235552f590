import NNCore
import NNKernels

/// Compares a whole net's backward pass with central differences of its loss, in double precision.
///
/// (L(w + h) - L(w - h)) / 2h, h being the cube root of the rounding unit times the parameter's size; the error left is
/// of the order of h^2. Where that differs from the backward pass it is evidence of a wrong gradient only if the loss is
/// smooth there, which smaller steps show: at a kink, such as relu's at 0, the two one-sided differences disagree by more
/// than what is in question, and where the loss bends or jumps within a step the central differences of smaller steps
/// disagree. Elements without evidence are left out of the comparison and counted.
public struct GradientCheck {
  /// The result for one parameter array or one input.
  public struct Result: Sendable {
    /// Its name.
    public var name: String
    /// Elements compared.
    public var compared: Int
    /// Elements left out because the loss has no derivative there, or none that differences can tell.
    public var excluded: Int
    /// The largest |difference| / max(1e-4 of the array's largest gradient, |gradient| of either way).
    public var error: Double
    /// Where that was: the element's index, its gradient by backpropagation and by differences.
    public var worst: (index: Int, backward: Double, difference: Double)

    /// Whether an element was found whose gradient is not that of the loss.
    public var isWrong: Bool { error > GradientCheck.tolerance }
  }

  /// The largest relative error that passes.
  public static let tolerance = 1e-6

  private let network: Network<Double>
  /// The state before the check: every pass begins with it, as one training step does.
  private let state: Storage<Double>
  /// The loss at the point of the check.
  private let middle: Double

  /// Checks every parameter that learns, and every input, of a net.
  ///
  /// - Parameters:
  ///   - network: in double precision, made for training with input gradients; its parameters, state, inputs and targets
  ///     are those of the check and are left as they were.
  ///   - most: elements checked in each array, chosen evenly; all of them if nil.
  public static func run(_ network: Network<Double>, most: Int? = 200) -> [Result] {
    let check = GradientCheck(network)
    network.backward()
    let plan = network.plan
    var arrays: [(name: String, values: Buffer<Double>, gradients: [Double])] = []
    for (index, parameter) in plan.parameters.enumerated() where !parameter.isFrozen {
      arrays.append((parameter.name, network.parameter(index).buffer, network.parameterGradient(index).buffer.array))
    }
    for (index, input) in plan.definition.inputs.enumerated() {
      guard let gradient = network.gradient(.init(.input(index))) else { continue }
      arrays.append(
        (input.name, network.inputBuffer(index).slice(from: 0, count: gradient.count), gradient.buffer.array))
    }
    let results = arrays.map { check.result($0.name, $0.values, $0.gradients, most) }
    network.state.copy(from: check.state.buffer)
    return results
  }

  private init(_ network: Network<Double>) {
    self.network = network
    state = Storage(network.state.array)
    network.forward(.training)
    middle = network.loss
  }

  /// The loss of the net as it is.
  private func loss() -> Double {
    network.state.copy(from: state.buffer)
    network.forward(.training)
    return network.loss
  }

  private func result(_ name: String, _ values: Buffer<Double>, _ gradients: [Double], _ most: Int?) -> Result {
    let stride = max(1, values.count / max(1, most ?? values.count))
    let scale = gradients.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
    var result = Result(name: name, compared: 0, excluded: 0, error: 0, worst: (0, 0, 0))
    for index in Swift.stride(from: 0, to: values.count, by: stride) {
      let element = Element(values: values, index: index, backward: gradients[index], scale: scale)
      guard let found = compare(element) else {
        result.excluded += 1
        continue
      }
      result.compared += 1
      if found.error > result.error {
        result.error = found.error
        result.worst = (index, element.backward, found.difference)
      }
    }
    return result
  }
}

extension GradientCheck {
  /// A number, and its gradient by backpropagation.
  private struct Element {
    var values: Buffer<Double>
    var index: Int
    var backward: Double
    /// The largest gradient of its array.
    var scale: Double
  }

  /// What a step to both sides says.
  private struct Differences {
    /// The central difference.
    var central: Double
    /// How far the differences to the two sides are apart. A kink at the middle that shifts the central difference by d
    /// sets them 2 d apart; those of a smooth function differ by the order of the step.
    var sides: Double
    /// What rounding of the loss alone can do to the central difference.
    var rounding: Double
  }

  private func differences(_ element: Element, step: Double) -> Differences {
    let original = element.values[element.index]
    defer { element.values[element.index] = original }
    element.values[element.index] = original + step
    let above = loss()
    element.values[element.index] = original - step
    let below = loss()
    return Differences(
      central: (above - below) / (2 * step), sides: ((above - middle) - (middle - below)).magnitude / step,
      rounding: 4 * max(1, middle.magnitude).ulp / step)
  }

  /// The relative error of an element's gradient, and its difference; nil if the differences are no evidence.
  private func compare(_ element: Element) -> (error: Double, difference: Double)? {
    let step = 6e-6 * max(1, element.values[element.index].magnitude)
    let first = differences(element, step: step)
    guard middle.isFinite, first.central.isFinite else { return nil }
    guard element.backward.isFinite else { return (.infinity, first.central) }
    let error = error(element, first)
    if error <= Self.tolerance { return (error, first.central) }
    // Kinks and bends that are near, but not at, the middle lie outside smaller steps.
    var last = first
    for shrinking in [4.0, 16] {
      let next = differences(element, step: step / shrinking)
      guard next.central.isFinite else { return nil }
      let error = self.error(element, next)
      if error <= Self.tolerance { return (error, next.central) }
      guard next.sides <= deviation(element, next) else { return nil }
      let change = (next.central - last.central).magnitude
      guard change <= 0.1 * deviation(element, next) + next.rounding else { return nil }
      last = next
    }
    return (self.error(element, last), last.central)
  }

  private func deviation(_ element: Element, _ differences: Differences) -> Double {
    (element.backward - differences.central).magnitude
  }

  private func error(_ element: Element, _ differences: Differences) -> Double {
    let deviation = deviation(element, differences)
    if deviation <= differences.rounding { return 0 }
    let size = max(element.backward.magnitude, differences.central.magnitude, element.scale * 1e-4, 1e-8)
    return deviation / size
  }
}
