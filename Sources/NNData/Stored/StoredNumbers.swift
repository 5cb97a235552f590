import NNCore
import NNKernels
import Synchronization

/// The numbers of an array that stay in their file, because it may be larger than memory, or that a `SampleProvider` gives.
///
/// Batches read the rows that they need. What looks at all numbers, as preprocessing does when it learns, reads them through a
/// block of rows in memory. A number that cannot be read is 0, and `failure` then says why: whoever has read asks for it.
public final class StoredNumbers: Sendable {
  /// How numbers are in memory.
  enum Form: Int, Sendable {
    case bytes = 1
    case floats = 4
    case doubles = 8
  }

  /// How many numbers there are.
  let count: Int
  /// Numbers of a sample.
  let width: Int
  let form: Form
  /// Samples of the windows within which they are shuffled.
  let window: Int
  let rows: any StoredRows
  private let state = Mutex(State())

  private struct State {
    /// The block from which single numbers are taken.
    var block: StoredBlock?
    var failure: DiagnosticError?
  }

  /// Numbers of samples of `width` each.
  init(_ rows: any StoredRows, count: Int, width: Int, form: Form, window: Int) {
    (self.rows, self.count, self.width, self.form, self.window) = (rows, count, width, form, window)
  }

  /// The number of samples.
  var sampleCount: Int { count / width }

  /// Bytes of a sample in memory.
  var sampleSize: Int { width * form.rawValue }

  /// Why a number could not be read; nil if all could.
  package var failure: DiagnosticError? { state.withLock { $0.failure } }

  /// Keeps the first failure.
  func note(_ failure: DiagnosticError) {
    state.withLock { state in if state.failure == nil { state.failure = failure } }
  }

  // MARK: One after the other

  /// A number.
  func value(_ index: Int) -> Double {
    state.withLock { state in
      var block = state.block ?? StoredBlock(self)
      state.block = nil
      block.load(self, row: index / width, &state.failure)
      defer { state.block = block }
      return block.number(index)
    }
  }

  /// Hands over samples in the given order, until the answer is false; those that lie close together are read at once.
  ///
  /// - Parameter body: is given a sample's place in `rows`, and its numbers.
  func forEachSample(
    of rows: [Int32], _ body: (_ place: Int, _ numbers: UnsafeBufferPointer<Double>) throws -> Bool
  ) rethrows {
    var block = StoredBlock(self)
    var failure: DiagnosticError?
    defer { if let failure { note(failure) } }
    var numbers = [Double](repeating: 0, count: width)
    for (place, row) in rows.enumerated() {
      block.load(self, row: Int(row), &failure)
      let start = Int(row) * width
      for index in 0..<width { numbers[index] = block.number(start + index) }
      guard try numbers.withUnsafeBufferPointer({ try body(place, $0) }) else { return }
    }
  }

  /// Hands over the bytes of all numbers as they are in memory, piece by piece.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
    var block = StoredBlock(self)
    var failure: DiagnosticError?
    var row = 0
    while row < sampleCount {
      block.load(self, row: row, &failure)
      block.withBytes(body)
      row = block.rows.upperBound
    }
    if let failure { note(failure) }
  }

  /// All numbers in memory, for what moves them about.
  var inMemory: DataArray.Elements {
    switch form {
    case .bytes: .bytes((0..<count).map { UInt8(value($0)) })
    case .floats: .floats((0..<count).map { Float(value($0)) })
    case .doubles: .doubles((0..<count).map { value($0) })
    }
  }
}

/// Some samples that follow each other in a file, in memory.
struct StoredBlock {
  /// The samples.
  private(set) var rows = 0..<0
  private let form: StoredNumbers.Form
  private let sampleSize: Int
  private let width: Int
  private let capacity: Int
  private var bytes: [UInt8]
  private var scratch: [UInt8]

  /// Bytes of a block, unless a sample has more.
  private static let size = 1 << 20

  /// An empty block.
  init(_ numbers: StoredNumbers) {
    (form, sampleSize, width) = (numbers.form, numbers.sampleSize, numbers.width)
    capacity = max(1, min(Self.size / max(1, sampleSize), numbers.sampleCount))
    bytes = [UInt8](repeating: 0, count: capacity * sampleSize)
    scratch = [UInt8](repeating: 0, count: numbers.rows.scratchSize)
  }

  /// Reads the samples around one unless they are here. Those that cannot be read become 0.
  mutating func load(_ numbers: StoredNumbers, row: Int, _ failure: inout DiagnosticError?) {
    guard !rows.contains(row) else { return }
    let first = row / capacity * capacity
    rows = first..<min(first + capacity, numbers.sampleCount)
    let wanted = rows
    let error = bytes.withUnsafeMutableBytes { target in
      scratch.withUnsafeMutableBytes { scratch -> DiagnosticError? in
        do throws(DiagnosticError) { try numbers.rows.read(wanted, into: target, scratch: scratch) } catch {
          target.initializeMemory(as: UInt8.self, repeating: 0)
          return error
        }
        return nil
      }
    }
    if failure == nil { failure = error }
  }

  /// A number of the array, of one of the samples that are here.
  func number(_ index: Int) -> Double {
    let place = (index - rows.lowerBound * width) * form.rawValue
    return bytes.withUnsafeBytes { bytes in
      switch form {
      case .bytes: Double(bytes[place])
      case .floats: Double(bytes.loadUnaligned(fromByteOffset: place, as: Float.self))
      case .doubles: bytes.loadUnaligned(fromByteOffset: place, as: Double.self)
      }
    }
  }

  /// The bytes of the samples that are here.
  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[0..<(rows.count * sampleSize)])) }
  }
}
