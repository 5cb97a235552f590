import NNKernels
import NNWeights

extension TensorFile {
  /// Appends an array of these elements.
  mutating func append<S: Scalar>(_ name: String, dimensions: [Int], elements: [S]) throws {
    let storage = Storage(elements)
    // The view does not keep the memory alive.
    try withExtendedLifetime(storage) { try append(name, dimensions: dimensions, storage.buffer) }
  }
}
