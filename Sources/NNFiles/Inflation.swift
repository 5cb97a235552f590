import CZlib
import NNCore

/// Expands deflated data that comes in pieces.
struct Inflation {
  /// What has come and is not expanded yet.
  private var input: ArraySlice<UInt8>
  /// Compressed bytes before those.
  private var consumed = 0
  private let file: String
  private let limit: Int
  /// Bytes that may come out whatever has gone in.
  private static let trusted = 100_000_000
  /// Beyond those, how many may come out for each that has gone in.
  private static let largestRatio = 1000
  /// The next piece; empty at the end.
  private let more: () throws -> [UInt8]

  /// - Parameters:
  ///   - head: the first piece.
  ///   - file: for messages.
  ///   - limit: bytes that may come out.
  ///   - more: gives the next piece, an empty one at the end.
  init(
    _ head: ArraySlice<UInt8>, file: String, limit: Int, more: @escaping () throws -> [UInt8] = { [] }
  ) {
    input = head
    self.file = file
    self.limit = limit
    self.more = more
  }

  /// All that comes out. Throws a `DiagnosticError`: the data is damaged, ends early or expands beyond the limit.
  ///
  /// - Parameters:
  ///   - windowBits: the format, as zlib's inflateInit2 takes it.
  ///   - hasMembers: whether data of the same kind may follow the end.
  ///   - expected: bytes that will probably come out.
  mutating func run(windowBits: Int32, hasMembers: Bool, expected: Int) throws -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DiagnosticError(.inputOutput, code: "no-memory", file: file, "there is not enough memory to expand it")
    }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    try SystemMemory.require(expected, reading: file)
    output.reserveCapacity(expected)
    var piece = [UInt8](repeating: 0, count: FileReading.pieceSize)
    while true {
      let hasMore = try fill(1)
      let (status, produced) = step(&stream, &piece)
      if output.count + produced > output.capacity {
        // The array takes twice its memory anew before it gives up the old one.
        try SystemMemory.require(2 * output.capacity, reading: file)
      }
      output.append(contentsOf: piece[..<produced])
      guard output.count <= Self.trusted || output.count / Self.largestRatio <= consumed else {
        throw DiagnosticError(
          code: "file-too-large", file: file,
          "expands to more than \(Self.largestRatio) times its size, which no data does that is meant")
      }
      guard output.count <= limit else {
        throw DiagnosticError(
          code: "file-too-large", file: file, "expands to more than the \(limit) bytes that are accepted here")
      }
      if status == Z_STREAM_END {
        // Members may follow one another; anything else after the end is padding that gzip itself ignores.
        guard hasMembers, try fill(2), input.starts(with: [0x1F, 0x8B]), inflateReset(&stream) == Z_OK else {
          return output
        }
      } else if status != Z_OK || (produced == 0 && !hasMore) {
        let cause = status != Z_DATA_ERROR && !hasMore ? "ends early" : "is damaged at byte \(consumed)"
        throw DiagnosticError(code: "bad-gzip", file: file, "the compressed file \(cause)")
      }
    }
  }

  /// Expands what fits into `piece`.
  private mutating func step(_ stream: inout z_stream, _ piece: inout [UInt8]) -> (status: Int32, produced: Int) {
    let offered = min(input.count, 1 << 30)
    let (status, produced) = input.withUnsafeBufferPointer { source in
      piece.withUnsafeMutableBufferPointer { target in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(offered)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        return (status, target.count - Int(stream.avail_out))
      }
    }
    let used = offered - Int(stream.avail_in)
    consumed += used
    input = input.dropFirst(used)
    return (status, produced)
  }

  /// Sees to it that at least `count` bytes are there; false if the data ends before.
  private mutating func fill(_ count: Int) throws -> Bool {
    while input.count < count {
      let next = try more()
      if next.isEmpty { return false }
      input = input.isEmpty ? next[...] : input + next
    }
    return true
  }
}
