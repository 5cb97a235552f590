import NNKernels

/// What the bytes of each block of a text are like.
struct BlockScan {
  /// What is known of a block.
  struct Block {
    /// The number of line feeds.
    var lineFeeds = 0
    /// Whether all bytes are ASCII characters.
    var isASCII = true
    /// Whether the block was read.
    var isRead = false
  }

  /// The blocks, in order.
  let blocks: [Block]

  /// Reads the blocks of `range`, each of `size` bytes but the last one; nil if one of them cannot be read.
  init?(_ bytes: TableBytes, _ range: Range<Int>, size: Int, _ workers: WorkerPool?) {
    let count = (range.count + size - 1) / size
    blocks = [Block](unsafeUninitializedCapacity: count) { target, filled in
      let target = UncheckedTransfer(target)
      inRanges(count, grain: 1, workers) { part in
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
        defer { buffer.deallocate() }
        for index in part {
          let start = range.lowerBound + index * size
          let piece = UnsafeMutableBufferPointer(rebasing: buffer[..<min(size, range.upperBound - start)])
          let isRead = bytes.read(at: start, into: piece)
          target.value.initializeElement(at: index, to: isRead ? Self.scan(UnsafeBufferPointer(piece)) : Block())
        }
      }
      filled = count
    }
    guard blocks.allSatisfy(\.isRead) else { return nil }
  }

  /// Looks at each byte once, eight at a time.
  static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Block {
    let (low, ones) = (UInt64(0x7F7F_7F7F_7F7F_7F7F), UInt64(0x0101_0101_0101_0101))
    let feeds = ones &* UInt64(UInt8(ascii: "\n"))
    let raw = UnsafeRawBufferPointer(bytes)
    var block = Block(isRead: true)
    var all: UInt64 = 0
    var position = 0
    while position + 8 <= bytes.count {
      // As many words as a count in a byte can take.
      let end = min(bytes.count & ~7, position + 255 * 8)
      var counts: UInt64 = 0
      while position < end {
        let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let difference = word ^ feeds
        // The highest bit of each byte that is a line feed.
        let found = ~(((difference & low) &+ low) | difference | low)
        counts &+= found >> 7
        all |= word
        position += 8
      }
      // Sums of two bytes each, then of all of them in the highest 16 bits.
      let pairs = (counts & 0x00FF_00FF_00FF_00FF) &+ (counts >> 8 & 0x00FF_00FF_00FF_00FF)
      block.lineFeeds += Int((pairs &* 0x0001_0001_0001_0001) >> 48)
    }
    for byte in bytes[position...] {
      if byte == UInt8(ascii: "\n") { block.lineFeeds += 1 }
      all |= UInt64(byte)
    }
    block.isASCII = all & ~low == 0
    return block
  }
}
