import NNCore
import NNKernels

/// Compares a whole net's backward pass with central differences of its loss, in double precision.
///
/// (L(w + h) - L(w - h)) / 2h, h being the cube root of the rounding unit times the parameter's size; the error left is
/// of the order of h^2. At a kink, such as relu's at 0, the two one-sided differences disagree, and the element is left
/// out of the comparison and counted.
public struct GradientCheck: Sendable {
  /// The result for one parameter array or one input.
  public struct Result: Sendable {
    /// Its name.
    public var name: String
    /// Elements compared.
    public var compared: Int
    /// Elements left out because they sit at a kink.
    public var excluded: Int
    /// The largest |difference| / max(1e-4 of the array's largest gradient, |gradient| of either way).
    public var error: Double
    /// Where that was: the element's index, its gradient by backpropagation and by differences.
    public var worst: (index: Int, backward: Double, difference: Double)
  }

  /// The largest relative error that passes.
  public static let tolerance = 1e-6

  /// Checks every parameter that learns, and every input, of a net.
  ///
  /// - Parameters:
  ///   - network: in double precision, made for training with input gradients; its parameters, inputs and targets are
  ///     those of the check and are left as they were.
  ///   - most: elements checked in each array, chosen evenly; all of them if nil.
  public static func run(_ network: Network<Double>, most: Int? = 200) -> [Result] {
    network.forward(.training)
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
    return arrays.map { check($0.name, $0.values, $0.gradients, network, most) }
  }

  private static func check(
    _ name: String, _ values: Buffer<Double>, _ gradients: [Double], _ network: Network<Double>, _ most: Int?
  ) -> Result {
    func loss() -> Double {
      network.forward(.training)
      return network.loss
    }
    let stride = max(1, values.count / max(1, most ?? values.count))
    let scale = gradients.reduce(0) { max($0, $1.magnitude) }
    var result = Result(name: name, compared: 0, excluded: 0, error: 0, worst: (0, 0, 0))
    let middle = loss()
    for index in Swift.stride(from: 0, to: values.count, by: stride) {
      let original = values[index]
      let step = 6e-6 * max(1, original.magnitude)
      values[index] = original + step
      let above = loss()
      values[index] = original - step
      let below = loss()
      values[index] = original
      let difference = (above - below) / (2 * step)
      let backward = gradients[index]
      let size = max(backward.magnitude, difference.magnitude, scale * 1e-4, 1e-8)
      // What the rounding of the loss alone can do to the difference is no error of the gradient.
      let rounding = 4 * max(1, middle.magnitude).ulp / step
      let deviation = (backward - difference).magnitude
      let error = deviation <= rounding ? 0 : deviation / size
      // A kink within the step that shifts the central difference by d sets the one-sided ones 2 d apart; those of a
      // smooth function differ by the order of h.
      let oneSided = ((above - middle) - (middle - below)).magnitude / step
      if error > tolerance, oneSided > deviation {
        result.excluded += 1
        continue
      }
      result.compared += 1
      if error > result.error || !error.isFinite {
        result.error = error.isFinite ? error : .infinity
        result.worst = (index, backward, difference)
      }
    }
    return result
  }
}
