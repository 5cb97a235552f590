import NNCore
import NNKernels

/// The reduction of a loss over its samples.
public enum Reduction: String, Sendable, CaseIterable {
  /// Their mean.
  case mean
  /// Their plain sum.
  case sum

  static func attribute(_ mean: String) -> AttributeSchema {
    .optional(
      "reduction", .choice(allCases.map(\.rawValue)), default: .text("mean"), "mean: \(mean). sum: the plain sum.")
  }

  init(_ attributes: Attributes) { self = Reduction(rawValue: attributes.text("reduction")) ?? .mean }

  /// The divisor of the sum.
  func denominator(_ count: Int) -> Double { self == .mean ? Double(count) : 1 }
}

/// A label as an index, clamped to `0..<count`. Data sets hold only labels in range; the clamp keeps kernels within
/// their arrays even if memory was corrupted.
@inline(__always)
func labelIndex<S: Scalar>(_ label: S, _ count: Int) -> Int {
  assert(label >= 0 && label < S(count), "label out of range")
  return label > 0 ? min(count - 1, Int(min(label, S(count - 1)))) : 0
}

extension ForwardContext {
  /// Makes the prediction the input, which may already be in the same memory.
  func copyInputToOutput() {
    if input.buffer.base != output.buffer.base { output.buffer.copy(from: input.buffer) }
  }
}
