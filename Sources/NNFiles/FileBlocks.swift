#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file whose parts are read in any order, by several threads; closed when the object goes.
package final class FileBlocks: Sendable {
  /// The file's path.
  package let path: String
  /// Bytes in the file when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens a file; nil for what is no regular file, such as a pipe, and for what cannot be opened.
  package init?(_ path: String) {
    guard path != "-", let status = try? fileStatus(path), status.isKind(S_IFREG),
      let descriptor = try? openFile(path, O_RDONLY | O_NONBLOCK)
    else { return nil }
    (self.path, self.descriptor, size) = (path, descriptor, Int(status.st_size))
  }

  deinit { close(descriptor) }

  /// Fills `target` with the bytes from `offset` on; says how many there were, fewer than asked for at the end of the file
  /// and where reading fails.
  package func read(at offset: Int, into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var count = 0
    while count < target.count, let base = target.baseAddress {
      let place = off_t(offset + count)
      guard let got = try? systemCall({ pread(descriptor, base + count, target.count - count, place) }), got > 0 else {
        break
      }
      count += got
    }
    return count
  }

  /// The first bytes, at most `count`.
  package func head(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: min(max(0, count), size)) { target, filled in
      filled = read(at: 0, into: target)
    }
  }
}
