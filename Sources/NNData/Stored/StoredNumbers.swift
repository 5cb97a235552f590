import NNCore
import NNFiles
import NNKernels
import Synchronization

/// The numbers of an array that stay in their file, because it may be larger than memory.
///
/// Batches read the rows that they need. What looks at single numbers, as preprocessing does when it learns, reads them through a
/// block of the file in memory. A number that cannot be read is 0, and `failure` then says why: whoever has read asks for it.
public final class StoredNumbers: Sendable {
  /// How numbers are written.
  enum Form: Int, Sendable {
    case bytes = 1
    case floats = 4
    case doubles = 8
  }

  /// How many numbers there are.
  let count: Int
  let form: Form
  /// Samples of the windows within which they are shuffled.
  let window: Int
  private let file: StoredBytes
  /// Where the first number is.
  private let start: Int
  private let isBigEndian: Bool
  private let state = Mutex(State())

  private struct State {
    var block: [UInt8] = []
    /// The first byte of the block, counted from the first number's.
    var blockStart = 0
    var failure: DiagnosticError?
  }

  /// Bytes of a block.
  private static let blockSize = 1 << 20

  init(_ file: StoredBytes, start: Int, count: Int, form: Form, isBigEndian: Bool, window: Int) {
    (self.file, self.start, self.count, self.form) = (file, start, count, form)
    (self.isBigEndian, self.window) = (isBigEndian, window)
  }

  /// Why a number could not be read; nil if all could.
  package var failure: DiagnosticError? { state.withLock { $0.failure } }

  private func note(_ failure: DiagnosticError) {
    state.withLock { state in if state.failure == nil { state.failure = failure } }
  }

  // MARK: One after the other

  /// A number.
  func value(_ index: Int) -> Double {
    let size = form.rawValue
    let byte = index * size
    return state.withLock { state in
      if byte < state.blockStart || byte + size > state.blockStart + state.block.count {
        // A block holds whole numbers.
        let first = byte / Self.blockSize * Self.blockSize
        state.block = [UInt8](repeating: 0, count: min(Self.blockSize, count * size - first))
        state.blockStart = first
        let failure = state.block.withUnsafeMutableBytes { bytes -> DiagnosticError? in
          do throws(DiagnosticError) { try file.read(into: bytes, from: start + first) } catch { return error }
          return nil
        }
        if state.failure == nil { state.failure = failure }
      }
      return state.block.withUnsafeBytes { number(in: $0, at: byte - state.blockStart) }
    }
  }

  private func number(in bytes: UnsafeRawBufferPointer, at place: Int) -> Double {
    switch form {
    case .bytes: return Double(bytes[place])
    case .floats:
      let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
      return Double(Float(bitPattern: isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits)))
    case .doubles:
      let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      return Double(bitPattern: isBigEndian ? UInt64(bigEndian: bits) : UInt64(littleEndian: bits))
    }
  }

  /// Hands over the bytes of all numbers as the file has them, piece by piece.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
    var piece = [UInt8](repeating: 0, count: Self.blockSize)
    let bytes = count * form.rawValue
    var done = 0
    while done < bytes {
      let length = min(Self.blockSize, bytes - done)
      piece.withUnsafeMutableBytes { piece in
        let part = UnsafeMutableRawBufferPointer(rebasing: piece[0..<length])
        do throws(DiagnosticError) { try file.read(into: part, from: start + done) } catch { note(error) }
        body(UnsafeRawBufferPointer(part))
      }
      done += length
    }
  }

  /// All numbers in memory, for what moves them about.
  var inMemory: DataArray.Elements {
    switch form {
    case .bytes: .bytes((0..<count).map { UInt8(value($0)) })
    case .floats: .floats((0..<count).map { Float(value($0)) })
    case .doubles: .doubles((0..<count).map { value($0) })
    }
  }

  // MARK: Batches

  /// Reads samples of so many numbers each into memory, one after the other, in the machine's byte order.
  ///
  /// - Parameter target: room for `rows.count` samples.
  func load(_ rows: UnsafeBufferPointer<Int32>, width: Int, into target: UnsafeMutableRawBufferPointer) {
    let size = width * form.rawValue
    var place = 0
    while place < rows.count {
      // Samples that follow each other in the file are read at once.
      var end = place + 1
      while end < rows.count, rows[end] == rows[end - 1] + 1 { end += 1 }
      let part = UnsafeMutableRawBufferPointer(rebasing: target[(place * size)..<(end * size)])
      do throws(DiagnosticError) { try file.read(into: part, from: start + Int(rows[place]) * size) } catch {
        part.initializeMemory(as: UInt8.self, repeating: 0)
        note(error)
      }
      place = end
    }
    guard isBigEndian else { return }
    let all = UnsafeMutableRawBufferPointer(rebasing: target[0..<(rows.count * size)])
    switch form {
    case .bytes: break
    case .floats: for index in 0..<(all.count / 4) { swap(all, index, as: UInt32.self) }
    case .doubles: for index in 0..<(all.count / 8) { swap(all, index, as: UInt64.self) }
    }
  }

  private func swap<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeMutableRawBufferPointer, _ index: Int, as type: Word.Type
  ) {
    let place = index * MemoryLayout<Word>.size
    let word = bytes.load(fromByteOffset: place, as: type)
    bytes.storeBytes(of: Word(bigEndian: word), toByteOffset: place, as: type)
  }

  /// Tells the system which samples of so many numbers will be read soon.
  func announce(_ rows: UnsafeBufferPointer<Int32>, width: Int) {
    guard let first = rows.min(), let last = rows.max() else { return }
    let size = width * form.rawValue
    file.announce((start + Int(first) * size)..<(start + (Int(last) + 1) * size))
  }
}

/// Memory for the samples of a batch whose numbers stay in their file.
final class StoredBatch {
  private let numbers: StoredNumbers
  private let width: Int
  private let bytes: Storage<UInt8>
  /// The samples' places in it: 0, 1, 2 …
  private let places: Storage<Int32>

  /// Memory for batches of at most `size` samples of an array; nil if its numbers are in memory.
  init?(_ array: DataArray, size: Int) {
    guard case .stored(let numbers) = array.elements else { return nil }
    self.numbers = numbers
    width = array.width
    bytes = Storage(count: size * width * numbers.form.rawValue)
    places = Storage((0..<Int32(size)).map { $0 })
  }

  /// Reads samples, and gives each kind of number to what gathers it, with the samples' places.
  func load(
    _ rows: UnsafeBufferPointer<Int32>, bytes asBytes: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Int32>) -> Void,
    floats asFloats: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Int32>) -> Void,
    doubles asDoubles: (UnsafeBufferPointer<Double>, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let target = UnsafeMutableRawBufferPointer(start: bytes.buffer.base, count: bytes.buffer.count)
    numbers.load(rows, width: width, into: target)
    let places = UnsafeBufferPointer(start: places.buffer.base, count: rows.count)
    switch numbers.form {
    case .bytes: asBytes(UnsafeBufferPointer(start: bytes.buffer.base, count: rows.count * width), places)
    case .floats: target.withMemoryRebound(to: Float.self) { asFloats(UnsafeBufferPointer($0), places) }
    case .doubles: target.withMemoryRebound(to: Double.self) { asDoubles(UnsafeBufferPointer($0), places) }
    }
  }

  /// Tells the system which samples will be read soon.
  func announce(_ rows: UnsafeBufferPointer<Int32>) { numbers.announce(rows, width: width) }
}
