import NNCore
import NNFiles

/// Samples of as many bytes each, one after the other, as npy and IDX files have them.
struct StoredArrayRows: StoredRows {
  let file: StoredBytes
  /// Where the first number is.
  let start: Int
  /// Numbers of a sample.
  let width: Int
  let form: StoredNumbers.Form
  let isBigEndian: Bool

  let scratchSize = 0
  // Reading is the system's work, which copies from its cache.
  let grain = Int.max
  var areFinite: Bool { form == .bytes }

  private var size: Int { width * form.rawValue }

  func read(
    _ rows: Range<Int>, into target: UnsafeMutableRawBufferPointer, scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError) {
    let part = UnsafeMutableRawBufferPointer(rebasing: target[0..<(rows.count * size)])
    try file.read(into: part, from: start + rows.lowerBound * size)
    guard isBigEndian else { return }
    switch form {
    case .bytes: break
    case .floats: for index in 0..<(part.count / 4) { swap(part, index, as: UInt32.self) }
    case .doubles: for index in 0..<(part.count / 8) { swap(part, index, as: UInt64.self) }
    }
  }

  private func swap<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeMutableRawBufferPointer, _ index: Int, as type: Word.Type
  ) {
    let place = index * MemoryLayout<Word>.size
    let word = bytes.load(fromByteOffset: place, as: type)
    bytes.storeBytes(of: Word(bigEndian: word), toByteOffset: place, as: type)
  }

  func announce(_ rows: Range<Int>) {
    file.announce((start + rows.lowerBound * size)..<(start + rows.upperBound * size))
  }
}
