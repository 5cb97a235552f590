import NNCore
import NNKernels

/// One array of a data set: samples x the shape of one sample, row-major, of numbers or labels.
public struct DataArray: Sendable {
  /// The elements as they were read. They become the net's scalars when a batch is gathered.
  public enum Elements: Sendable {
    /// Pictures, and other bytes.
    case bytes([UInt8])
    /// Numbers that single precision holds exactly, or that are wanted in no other.
    case floats([Float])
    /// Numbers of tables, and others that preprocessing may need all places of.
    case doubles([Double])
    /// Classes from 0 upwards, or labels that are ignored.
    case labels([Int32])
    /// Numbers that stay in their file.
    case stored(StoredNumbers)

    /// The number of elements.
    public var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      case .doubles(let values): values.count
      case .labels(let values): values.count
      case .stored(let numbers): numbers.count
      }
    }
  }

  /// The array's name: an input's, or a target's such as `label`.
  public var name: String
  /// Shape and meaning of one sample's elements.
  public var form: TargetForm
  /// All samples' elements, one sample after the other.
  public var elements: Elements
  /// For samples that are sequences of different lengths: the steps of each, the first dimension counting them; nil if all
  /// have the shape's steps. Elements beyond a sample's length are 0.
  public internal(set) var lengths: [Int32]?
  /// The file that they were read from, for messages.
  public var file: String?

  /// An array. The number of elements must be a multiple of that of a sample.
  public init(name: String, form: TargetForm, elements: Elements, file: String? = nil) {
    precondition(elements.count % form.shape.elementCount == 0)
    self.name = name
    self.form = form
    self.elements = elements
    self.file = file
  }

  /// The number of samples.
  var sampleCount: Int { elements.count / width }

  /// The number of elements of one sample.
  public var width: Int { form.shape.elementCount }

  /// The element at a flat index: sample x width + element.
  public func value(_ index: Int) -> Double {
    switch elements {
    case .bytes(let values): Double(values[index])
    case .floats(let values): Double(values[index])
    case .doubles(let values): values[index]
    case .labels(let values): Double(values[index])
    case .stored(let numbers): numbers.value(index)
    }
  }

  /// The array with each sample's elements, or those of each step, encoded, one encoding for each; itself if it has another
  /// width.
  func scaled(_ scales: [NumberEncoding], isDouble: Bool) -> DataArray {
    guard !scales.isEmpty, width % scales.count == 0 else { return self }
    var result = self
    let values = (0..<elements.count).map { scales[$0 % scales.count].encode(value($0)) }
    result.elements = isDouble ? .doubles(values) : .floats(values.map { Float($0) })
    return result
  }

  /// Gathers the samples `rows`: target[i] := scale x[rows[i]] + shift, elementwise. Each element is read and written once,
  /// so the memory's bandwidth is the bound.
  ///
  /// - Parameters:
  ///   - stored: memory to read the samples into, where numbers stay in their file.
  ///   - target: rows x width.
  func gather<S: Scalar>(
    _ rows: UnsafeBufferPointer<Int32>, _ affine: AffineTable<S>, stored: StoredBatch? = nil, into target: Buffer<S>,
    workers: WorkerPool
  ) {
    let width = width
    switch elements {
    case .bytes(let values): values.withUnsafeBufferPointer { gatherBytes($0, rows, width, affine, target, workers) }
    case .floats(let values):
      values.withUnsafeBufferPointer { gatherRows($0, rows, width, affine.scales, affine.shifts, target, workers) }
    case .doubles(let values):
      // Doubles become scalars after the arithmetic: what tells large numbers apart may lie beyond a single's places.
      values.withUnsafeBufferPointer {
        gatherRows($0, rows, width, affine.exactScales, affine.exactShifts, target, workers)
      }
    case .labels(let values):
      values.withUnsafeBufferPointer { gatherRows($0, rows, width, affine.scales, affine.shifts, target, workers) }
    case .stored:
      stored?.load(rows, workers: workers) {
        gatherBytes($0, $1, width, affine, target, workers)
      } floats: {
        gatherRows($0, $1, width, affine.scales, affine.shifts, target, workers)
      } doubles: {
        gatherRows($0, $1, width, affine.exactScales, affine.exactShifts, target, workers)
      }
    }
  }
}

extension DataArray.Elements {
  /// The elements with all numbers in memory.
  var inMemory: DataArray.Elements { if case .stored(let numbers) = self { numbers.inMemory } else { self } }
}

/// Samples in a piece of work: about 16,384 numbers, which take longer than handing the piece to a thread.
private func grain(_ width: Int) -> Int { max(1, 16384 / max(1, width)) }

@specialized(where S == Float)
@specialized(where S == Double)
private func gatherBytes<S: Scalar>(
  _ source: UnsafeBufferPointer<UInt8>, _ rows: UnsafeBufferPointer<Int32>, _ width: Int, _ affine: AffineTable<S>,
  _ target: Buffer<S>, _ workers: WorkerPool
) {
  workers.run(count: rows.count, grain: grain(width)) { range in
    for row in range {
      let start = Int(rows[row]) * width
      S.convert(
        UnsafeBufferPointer(rebasing: source[start..<(start + width)]), scales: affine.scales, shifts: affine.shifts,
        into: target.slice(from: row * width, count: width))
    }
  }
}

/// A number as it is stored, which becomes a scalar.
private protocol StoredNumber: BitwiseCopyable {
  func scalar<S: Scalar>() -> S
}

extension Int32: StoredNumber {
  @inline(__always) fileprivate func scalar<S: Scalar>() -> S { S(self) }
}
extension Float: StoredNumber {
  @inline(__always) fileprivate func scalar<S: Scalar>() -> S { S(self) }
}
extension Double: StoredNumber {
  @inline(__always) fileprivate func scalar<S: Scalar>() -> S { S(self) }
}

/// target := scale x + shift, computed in the precision `A` of scales and shifts: one of each for all elements of a
/// sample, or one for each.
@specialized(where T == Float, A == Float, S == Float)
@specialized(where T == Int32, A == Float, S == Float)
@specialized(where T == Double, A == Double, S == Float)
@specialized(where T == Float, A == Double, S == Double)
@specialized(where T == Int32, A == Double, S == Double)
@specialized(where T == Double, A == Double, S == Double)
private func gatherRows<T: StoredNumber, A: Scalar, S: Scalar>(
  _ source: UnsafeBufferPointer<T>, _ rows: UnsafeBufferPointer<Int32>, _ width: Int, _ scales: Buffer<A>,
  _ shifts: Buffer<A>, _ target: Buffer<S>, _ workers: WorkerPool
) {
  guard let base = source.baseAddress else { return }
  workers.run(count: rows.count, grain: grain(width)) { range in
    for row in range {
      let from = base + Int(rows[row]) * width
      let to = target.base + row * width
      if scales.count > 1 {
        for i in 0..<width { to[i] = S(from[i].scalar() * scales.base[i] + shifts.base[i]) }
      } else {
        let (scale, shift) = (scales.base[0], shifts.base[0])
        for i in 0..<width { to[i] = S(from[i].scalar() * scale + shift) }
      }
    }
  }
}
