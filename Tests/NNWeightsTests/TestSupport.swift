import NNKernels
import NNWeights

extension TensorFile {
  /// Appends an array of these elements.
  mutating func append<S: Scalar>(_ name: String, dimensions: [Int], elements: [S]) {
    let storage = Storage(elements)
    // The view does not keep the memory alive.
    withExtendedLifetime(storage) { append(name, dimensions: dimensions, storage.buffer) }
  }
}
