import NNCore
import NNKernels

/// A function of one number that a layer applies to every element, and its derivative, at evenly spaced points.
package struct Curve {
  /// One point. What is not finite there has no place in a plot.
  package struct Point: Sendable {
    package var x: Double
    package var value: Double
    package var slope: Double
  }

  /// The points, from left to right.
  package private(set) var points: [Point] = []

  /// Runs the layer forward and backward at `count` points of a range.
  ///
  /// Throws an `ElementError` if the layer is no function of single elements.
  package init(_ layer: any Layer, over range: ClosedRange<Double>, count: Int, workers: WorkerPool) throws {
    let element = layer.schema.name
    let refusal = ElementError(
      code: "no-curve", "<\(element)> is not a function of one number, so there is no curve to draw",
      remedy: "activations such as relu, and functions such as exp, have one")
    guard layer.schema.kind == .layer, layer.schema.inputs.contains(1), count > 1,
      let row = Shape([count])
    else { throw refusal }
    let step = (range.upperBound - range.lowerBound) / Double(count - 1)
    let xs = (0..<count).map { range.lowerBound + Double($0) * step }
    let single = try? Self.run(layer, xs, shape: Shape(1), batch: count, workers)
    // Alone or in a row, an element must have the same value: that is what element by element means.
    let together = try? Self.run(layer, xs, shape: row, batch: 1, workers)
    guard let single, let together, single.values.count == count, together.values.count == count,
      zip(single.values, together.values).allSatisfy({ $0 == $1 || $0.isNaN && $1.isNaN })
    else { throw refusal }
    points = xs.indices.map { Point(x: xs[$0], value: single.values[$0], slope: single.slopes[$0]) }
  }

  private static func run(
    _ layer: any Layer, _ xs: [Double], shape: Shape, batch: Int, _ workers: WorkerPool
  ) throws -> (values: [Double], slopes: [Double]) {
    var definition = NetworkDefinition(name: "curve")
    let x = try definition.input("x", shape: shape)
    let y = try definition.add(layer, name: "layer", from: [x])
    try definition.add(OutputSum(), from: [y])
    let network = Network<Double>(
      try NetworkPlan(definition), batch: batch,
      options: NetworkOptions(keepsEverything: true, wantsInputGradients: true), workers: workers)
    network.initialize(seed: 1)
    let input = network.inputBuffer(0)
    for (index, x) in xs.enumerated() { input[index] = x }
    network.targetBuffer(0).fill(1)
    network.forward(.inference)
    network.backward()
    let slopes = network.gradient(x)?.buffer.array ?? [Double](repeating: 0, count: xs.count)
    return (network.value(y).buffer.array, slopes)
  }
}
