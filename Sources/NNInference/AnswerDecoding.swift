import NNData
import NNKernels

/// Brings numbers that a net predicts back to the size of the right answers in the table that it was trained on.
package struct AnswerDecoding: Sendable {
  /// How training has scaled each element of an answer.
  let scales: [NumberEncoding]

  /// Decodes predictions in place: rows x `scales.count`.
  func decode<S: Scalar>(_ predictions: Buffer<S>) {
    for index in 0..<predictions.count {
      predictions[index] = S(scales[index % scales.count].decode(Double(predictions[index])))
    }
  }
}
