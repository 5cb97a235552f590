import NNCore

/// y[c] = scale[c] x[c] + shift[c] for each channel c, in double precision.
struct ChannelScaling {
  var scale: [Double]
  var shift: [Double]

  /// This map followed by another one.
  func followed(by next: ChannelScaling) -> ChannelScaling {
    ChannelScaling(
      scale: zip(scale, next.scale).map { $0 * $1 },
      shift: shift.indices.map { shift[$0] * next.scale[$0] + next.shift[$0] })
  }

  /// Whether all numbers are finite.
  var isFinite: Bool { scale.allSatisfy(\.isFinite) && shift.allSatisfy(\.isFinite) }

  /// The map of numbers of which each channel has one: a bias, or none.
  func applied(to bias: [Double]?) -> [Double] {
    guard let bias else { return shift }
    return shift.indices.map { scale[$0] * bias[$0] + shift[$0] }
  }

  /// Scales the weights that make each channel.
  ///
  /// - Parameter shape: the weight's sizes.
  func apply(to weight: inout [Double], _ shape: Shape, _ channels: LayerFacts.OutputChannels) {
    let inner = shape.elementCount / shape.dimensions.prefix(channels.dimension + 1).reduce(1, *)
    for index in weight.indices {
      let place = index / inner
      if channels.dimension == 0 {
        weight[index] *= scale[place]
      } else {
        let group = place / shape[1] * channels.groups / shape[0]
        weight[index] *= scale[group * shape[1] + place % shape[1]]
      }
    }
  }
}
