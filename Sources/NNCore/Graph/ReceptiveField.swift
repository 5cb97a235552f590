/// The windows through which a layer looks at its input: how the receptive fields of nets are worked out.
public struct LayerWindow: Sendable, Hashable {
  /// The elements from the first to the last one that a window touches, for each spatial dimension; dilation included.
  public var size: [Int]
  /// The elements from one window to the next, for each spatial dimension.
  public var stride: [Int]

  /// A window.
  public init(size: [Int], stride: [Int]) {
    self.size = size
    self.stride = stride
  }
}

/// The part of an input that one element of a value depends on.
struct ReceptiveField: Hashable {
  /// Its sizes, one for each spatial dimension.
  var size: [Int]
  /// How far it moves over the input from one element to the next.
  var step: [Int]
  /// Whether a window has been passed.
  var isWindowed = false

  /// That of an element of an input, which is the element itself; nil for inputs without spatial dimensions.
  init?(_ shape: Shape) {
    guard shape.rank > 1 else { return nil }
    size = Array(repeating: 1, count: shape.rank - 1)
    step = size
  }

  /// That of a layer's output, or nil where the layer does not say through which window it looks and mixes positions.
  ///
  /// - Parameters:
  ///   - inputs: the fields of what it reads, with the shapes.
  ///   - layer: its plan.
  init?(_ inputs: [(field: ReceptiveField?, shape: Shape)], _ layer: LayerPlan) {
    guard var result = inputs.first?.field else { return nil }
    for (field, _) in inputs.dropFirst() {
      guard let field, field.size.count == result.size.count, field.step == result.step else { return nil }
      for axis in field.size.indices { result.size[axis] = max(result.size[axis], field.size[axis]) }
      result.isWindowed = result.isWindowed || field.isWindowed
    }
    if let window = layer.window {
      guard window.size.count == result.size.count, window.stride.count == result.size.count else { return nil }
      for axis in result.size.indices {
        result.size[axis] =
          Self.bounded(result.size[axis]) + Self.bounded(Count.product(window.size[axis] - 1, result.step[axis]))
        result.step[axis] = Self.bounded(Count.product(result.step[axis], window.stride[axis]))
      }
      result.isWindowed = true
    } else {
      // Without a window, positions are kept only if there are as many as before.
      let output = layer.outputs[0].dimensions.dropFirst()
      guard inputs.allSatisfy({ $0.shape.dimensions.dropFirst() == output }) else { return nil }
    }
    self = result
  }

  /// Sizes that cannot be meant are cut, so that sums and products of them stay in range.
  private static func bounded(_ size: Int) -> Int { min(size, 1 << 30) }
}
