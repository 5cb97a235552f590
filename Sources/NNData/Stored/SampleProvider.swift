import NNCore

/// Samples that a program has elsewhere: in a database, in a mapped file, or made on demand. Batches ask for those that they need.
///
/// ```swift
/// struct Waves: SampleProvider {
///   let count = 1_000_000
///   let shape = Shape(64)
///   func gather(_ samples: Span<Int32>, into numbers: inout MutableSpan<Double>) {
///     for place in samples.indices {
///       for step in 0..<64 { numbers[place * 64 + step] = sin(Double(samples[place]) * 0.1 + Double(step)) }
///     }
///   }
/// }
/// let inputs = DataArray(name: "x", provider: Waves())
/// ```
///
/// The same sample must be the same numbers whenever it is asked for, or a resumed training differs from an uninterrupted one.
public protocol SampleProvider: Sendable {
  /// The number of samples, from 1 to 2^31 - 1; it stays the same.
  var count: Int { get }

  /// The shape of a sample; it stays the same.
  var shape: Shape { get }

  /// Writes samples, one after the other.
  ///
  /// The training calls it from one thread at a time, the one that assembles batches; several sets that share a provider may call it
  /// from several.
  ///
  /// - Parameters:
  ///   - samples: the samples' numbers, each from 0 up to `count`, in any order.
  ///   - numbers: samples.count x shape.elementCount, row-major. Every one is to be written.
  /// - Throws: any error; training then ends with it.
  func gather(_ samples: Span<Int32>, into numbers: inout MutableSpan<Double>) throws
}

extension DataArray {
  /// An array whose samples a provider gives when a batch needs them. Preprocessing that learns reads all of them once before.
  ///
  /// - Parameters:
  ///   - name: the input's name, or that of a target of numbers.
  ///   - provider: the samples. NaN and infinite numbers end the training that asks for them.
  public init(name: String, provider: any SampleProvider) {
    self.init(
      name: name, form: .values(provider.shape),
      elements: .stored(StoredNumbers(provider, name: name, width: provider.shape.elementCount)))
  }
}
