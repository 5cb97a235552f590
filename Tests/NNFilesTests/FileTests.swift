import NNCore
import NNFiles
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder that is removed with everything in it when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/nnfiles-XXXXXX".utf8CString)
    let isMade = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(isMade)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Names of the files in it.
  var names: [String] { Self.names(path) }

  static func names(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var result: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { result.append(name) }
    }
    return result.sorted()
  }

  private static func remove(_ path: String) {
    if Path.isFolder(path) {
      chmod(path, 0o755)
      for name in names(path) { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  deinit { Self.remove(path) }
}

@Suite struct FileTests {
  private func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch let error as DiagnosticError { return error.diagnostics[0].code } catch { return "?" }
    return nil
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try FileReading.bytes(path), as: UTF8.self)
  }

  @Test func replaces() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try AtomicFile.write(path, text: "one")
    #expect(try text(path) == "one")
    try AtomicFile.write(path, bytes: Array("two".utf8))
    #expect(try text(path) == "two")
    try AtomicFile.write(path, bytes: [])
    #expect(try text(path) == "")
    let (left, right) = (Array("left ".utf8), Array("right".utf8))
    try left.withUnsafeBytes { left in try right.withUnsafeBytes { try AtomicFile.write(path, [left, $0]) } }
    #expect(try text(path) == "left right")
    #expect(folder.names == ["a"])
  }

  /// Memory that must not be read makes a write fail in its middle, like a full disk.
  @Test func failureLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try AtomicFile.write(path, text: "old")
    let size = 1 << 16
    let pages = try #require(mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0))
    defer { munmap(pages, size) }
    let start = Array("new".utf8)
    start.withUnsafeBytes { start in
      let unreadable = UnsafeRawBufferPointer(start: pages, count: size)
      #expect(code { try AtomicFile.write(path, [start, unreadable]) } == "write-failed")
    }
    #expect(try text(path) == "old")
    #expect(folder.names == ["a"])
  }

  @Test func folderThatIsNotThere() throws {
    let folder = try TemporaryFolder()
    #expect(code { try AtomicFile.write(folder.path + "/b/c", text: "") } == "cannot-create")
    try Path.makeFolder(folder.path + "/d/e/")
    #expect(code { try AtomicFile.write(folder.path + "/d/e", text: "") } == "cannot-create")
    #expect(folder.names == ["d"])
    #expect(TemporaryFolder.names(folder.path + "/d") == ["e"])
  }

  /// To the system's administrator every folder is writable, so nothing is shown there.
  @Test(.enabled(if: geteuid() != 0)) func folderThatIsReadOnly() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(folder.path + "/a", text: "old")
    chmod(folder.path, 0o555)
    #expect(code { try AtomicFile.write(folder.path + "/a", text: "new") } == "cannot-create")
    #expect(try text(folder.path + "/a") == "old")
    #expect(folder.names == ["a"])
  }

  @Test func reading() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try AtomicFile.write(path, bytes: bytes)
    #expect(try FileReading.bytes(path) == bytes)
    #expect(try FileReading.bytes(path, limit: 300_000) == bytes)
    #expect(code { _ = try FileReading.bytes(path, limit: 299_999) } == "file-too-large")
    #expect(code { _ = try FileReading.bytes("/dev/zero", limit: 100_000) } == "file-too-large")
    #expect(try FileReading.bytes("/dev/null") == [])
    #expect(code { _ = try FileReading.bytes(folder.path) } == "not-a-file")
    #expect(code { _ = try FileReading.bytes(path + "x") } == "missing-file")
    #expect(code { _ = try FileReading.bytes(path + "/x") } == "missing-file")
    try AtomicFile.write(path, bytes: CompressionTests.first)
    #expect(try FileReading.expandedBytes(path) == Array("first\n".utf8))
  }

  /// Members of stored blocks, whose ends fall anywhere within the pieces that are read, and lies about their sizes.
  @Test func compressedFilesAreReadInPieces() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.gz"
    func member(_ bytes: [UInt8], promising size: Int? = nil) -> [UInt8] {
      func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
      var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
      for start in stride(from: 0, to: bytes.count, by: 65535) {
        let block = bytes[start..<min(start + 65535, bytes.count)]
        let isLast: UInt8 = block.endIndex == bytes.count ? 1 : 0
        file += [isLast] + little(block.count, 2) + little(~block.count & 0xFFFF, 2) + block
      }
      let checksum = bytes.withUnsafeBytes { Compression.crc32($0) }
      return file + little(Int(checksum), 4) + little(size ?? bytes.count, 4)
    }
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    for count in Array(131_030...131_075) + [1, 65535, 65536, 299_000] {
      let (first, second) = (Array(bytes[..<count]), Array(bytes[count...]))
      try AtomicFile.write(path, bytes: member(first) + member(second))
      #expect(try FileReading.expandedBytes(path) == bytes, "\(count)")
    }
    for promise in [0, 1, 299_999, 1 << 31, 0xFFFF_FFFF] {
      let lie = member(bytes, promising: promise)
      try AtomicFile.write(path, bytes: lie)
      #expect(code { _ = try FileReading.expandedBytes(path) } == "bad-gzip")
    }
    let whole = member(bytes)
    #expect(
      code {
        try AtomicFile.write(path, bytes: whole); _ = try FileReading.expandedBytes(path, limit: 299_999)
      }
        == "file-too-large")
    for count in [2, 3, 9, 10, 11, 131_072, 131_073, whole.count - 1] {
      try AtomicFile.write(path, bytes: Array(whole.prefix(count)))
      #expect(code { _ = try FileReading.expandedBytes(path) } == "bad-gzip", "\(count)")
    }
    try AtomicFile.write(path, bytes: Array(repeating: 0x1F, count: 1))
    #expect(try FileReading.expandedBytes(path) == [0x1F])
  }

  @Test func lines() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    do {
      let writer = try LineWriter(path)
      try writer.append("one")
      #expect(try text(path) == "one\n")
      try writer.append("two ü")
    }
    try LineWriter(path).append("three")
    #expect(try text(path) == "one\ntwo ü\nthree\n")
    #expect(code { _ = try LineWriter(folder.path + "/x/log") } == "cannot-create")
  }

  @Test func parts() {
    #expect(["a/b/c", "c", "/c", "/a/c", ""].map(Path.folder(of:)) == ["a/b", ".", "/", "/a", "."])
    #expect(["a/b/c.x", "c", "/c", ""].map(Path.name(of:)) == ["c.x", "c", "c", ""])
    #expect(["a.b/c.x.y", "c", ".hidden", "a/.x", "a."].map(Path.stem(of:)) == ["c.x", "c", ".hidden", ".x", "a"])
    #expect(Path.join("a", "b") == "a/b" && Path.join("a/", "b") == "a/b" && Path.join("a", "/b") == "/b")
    #expect(Path.join("", "b") == "b" && Path.join(".", "b") == "b" && Path.join("/", "b") == "/b")
  }

  @Test func folders() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a/b"
    #expect(!Path.exists(path) && !Path.isFolder(path))
    try Path.makeFolder(path)
    try Path.makeFolder(path)
    #expect(Path.exists(path) && Path.isFolder(path))
    #expect(try Path.makeNewFolder(path) == false)
    #expect(try Path.makeNewFolder(path + "c/d"))
    #expect(try Path.makeNewFolder(folder.path + "/new/"))
    #expect(Path.isFolder(folder.path + "/new"))
    try AtomicFile.write(folder.path + "/file", text: "")
    #expect(Path.exists(folder.path + "/file") && !Path.isFolder(folder.path + "/file"))
    #expect(code { try Path.makeFolder(folder.path + "/file/x") } == "cannot-create")
  }
}
