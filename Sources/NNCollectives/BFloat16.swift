import NNKernels

/// bfloat16: the upper half of a number in single precision, with 8 bits of significand.
enum BFloat16 {
  /// The nearest one, of two equally near ones the even one. What is not finite stays so.
  @inline(__always)
  static func word<S: Scalar>(_ value: S) -> UInt16 {
    let bits = Float(value).bitPattern
    if bits & 0x7FFF_FFFF > 0x7F80_0000 { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }

  /// The number that it stands for.
  @inline(__always)
  static func value<S: Scalar>(_ word: UInt16) -> S { S(Float(bitPattern: UInt32(word) << 16)) }

  /// The fewest numbers of a chunk.
  private static var grain: Int { 1 << 15 }

  /// Writes the words of numbers.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func pack<S: Scalar>(_ array: Buffer<S>, into words: Buffer<UInt16>, workers: WorkerPool) {
    workers.run(count: array.count, grain: grain) { for index in $0 { words[index] = word(array[index]) } }
  }

  /// array = the numbers of the words.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func unpack<S: Scalar>(_ words: Buffer<UInt16>, into array: Buffer<S>, workers: WorkerPool) {
    workers.run(count: array.count, grain: grain) { for index in $0 { array[index] = value(words[index]) } }
  }

  /// array = array, rounded, + the numbers of the words.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func add<S: Scalar>(_ words: Buffer<UInt16>, to array: Buffer<S>, workers: WorkerPool) {
    workers.run(count: array.count, grain: grain) {
      for index in $0 { array[index] = value(word(array[index])) + value(words[index]) }
    }
  }

  /// Rounds every number.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func round<S: Scalar>(_ array: Buffer<S>, workers: WorkerPool) {
    workers.run(count: array.count, grain: grain) { for index in $0 { array[index] = value(word(array[index])) } }
  }
}

/// Rounds every number to bfloat16.
package func roundToBFloat16<S: Scalar>(_ array: Buffer<S>, workers: WorkerPool) {
  BFloat16.round(array, workers: workers)
}
