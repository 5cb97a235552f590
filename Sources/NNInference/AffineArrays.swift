/// An affine map y = x W^T + b in double precision.
struct AffineArrays {
  var inputs: Int
  var outputs: Int
  /// W, outputs x inputs.
  var weight: [Double]
  var bias: [Double]?

  /// This map followed by another one: W = W2 W1, b = W2 b1 + b2.
  func followed(by next: AffineArrays) -> AffineArrays {
    var weight = [Double](repeating: 0, count: inputs * next.outputs)
    var bias = next.bias ?? (self.bias == nil ? nil : [Double](repeating: 0, count: next.outputs))
    for row in 0..<next.outputs {
      for k in 0..<outputs {
        let factor = next.weight[row * outputs + k]
        for column in 0..<inputs { weight[row * inputs + column] += factor * self.weight[k * inputs + column] }
        if let own = self.bias { bias?[row] += factor * own[k] }
      }
    }
    return AffineArrays(inputs: inputs, outputs: next.outputs, weight: weight, bias: bias)
  }

  /// This map with each output scaled and shifted.
  func followed(by scaling: ChannelScaling) -> AffineArrays {
    var result = self
    for row in 0..<outputs {
      for column in 0..<inputs { result.weight[row * inputs + column] *= scaling.scale[row] }
    }
    result.bias = scaling.applied(to: bias)
    return result
  }
}
