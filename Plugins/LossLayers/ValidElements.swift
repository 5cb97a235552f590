import NNCore
import NNKernels

/// The elements of a batch that count for a loss, in blocks that lie together: all of them, or those of each sample's
/// steps within its length, the steps being the first dimension.
struct ValidElements {
  private let lengths: Buffer<Int32>?
  private let batch: Int
  /// Elements of a sample.
  private let width: Int
  /// Elements of a step.
  private let features: Int

  /// The elements of a batch of the given shape.
  init(_ shape: Shape, _ lengths: Buffer<Int32>?) {
    self.lengths = lengths
    batch = shape[0]
    width = shape.sample.elementCount
    features = lengths == nil ? width : width / shape[1]
  }

  /// The number of blocks.
  var blocks: Int { lengths == nil ? 1 : batch }

  /// The elements of a block.
  func range(_ block: Int) -> Range<Int> {
    guard let lengths else { return 0..<(batch * width) }
    return (block * width)..<(block * width + Int(lengths[block]) * features)
  }

  /// The rows of a block, of so many elements each.
  func rows(_ block: Int, columns: Int) -> Range<Int> {
    let elements = range(block)
    return (elements.lowerBound / columns)..<(elements.upperBound / columns)
  }

  /// The number of elements of all blocks.
  var count: Int {
    guard let lengths else { return batch * width }
    var total = 0
    for sample in 0..<batch { total += Int(lengths[sample]) * features }
    return total
  }
}

extension ForwardContext {
  /// The elements of the first input that count.
  var validElements: ValidElements { ValidElements(input.shape, inputLengths[0]) }
}

extension BackwardContext {
  /// The elements of the first input that count.
  var validElements: ValidElements { ValidElements(outputs[0].shape, inputLengths[0]) }
}
