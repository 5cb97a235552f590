import NNCore
import NNTestSupport
import Testing

@testable import NNFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files on their way to their place: they never mix, and none is left behind for good.
@Suite struct PartialFileTests {
  private func write(_ text: String, to file: PartialFile) throws {
    try Array(text.utf8).withUnsafeBytes { try file.write([$0]) }
  }

  @Test func writersAtTheSameTime() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    do {
      let first = try PartialFile(beside: path, mode: 0o666)
      let second = try PartialFile(beside: path, mode: 0o666)
      let third = try PartialFile(beside: path, mode: 0o666)
      #expect(folder.names == ["a.nnrun-2.partial", "a.nnrun-3.partial", "a.nnrun.partial"])
      try write("first", to: first)
      try write("second", to: second)
      try first.place(replacing: true)
      try second.place(replacing: true)
      _ = third
    }
    #expect(folder.names == ["a"])
    #expect(String(decoding: try FileReading.bytes(path), as: UTF8.self) == "second")
  }

  /// What a process leaves behind that is killed.
  @Test func leftovers() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    for name in ["a.nnrun.partial", "a.nnrun-2.partial"] {
      close(open(folder.path + "/" + name, O_WRONLY | O_CREAT, 0o644))
    }
    try AtomicFile.write(path, text: "new")
    #expect(folder.names == ["a", "a.nnrun-2.partial"])
    let holder = try PartialFile(beside: path, mode: 0o666)
    try AtomicFile.write(path, text: "newer")
    withExtendedLifetime(holder) { #expect(folder.names == ["a", "a.nnrun.partial"]) }
  }

  @Test func whatIsNoLeftoverStays() throws {
    let folder = try TemporaryFolder()
    mkdir(folder.path + "/a.nnrun.partial", 0o755)
    symlink("somewhere", folder.path + "/a.nnrun-2.partial")
    mkfifo(folder.path + "/a.nnrun-3.partial", 0o600)
    try AtomicFile.write(folder.path + "/a.partial", text: "mine")
    try AtomicFile.write(folder.path + "/a", text: "new")
    #expect(folder.names == ["a", "a.nnrun-2.partial", "a.nnrun-3.partial", "a.nnrun.partial", "a.partial"])
  }

  @Test func longNames() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write(folder.path + "/" + name, text: "new")
    #expect(folder.names == [name])
  }

  @Test func onlyNew() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try AtomicFile.write(path, text: "one", replacing: false)
    #expect(throws: DiagnosticError.self) { try AtomicFile.write(path, text: "two", replacing: false) }
    // Somebody makes the file meanwhile.
    let partial = try PartialFile(beside: folder.path + "/b", mode: 0o666)
    try AtomicFile.write(folder.path + "/b", text: "theirs")
    #expect(throws: SystemFailure(number: EEXIST)) { try partial.place(replacing: false) }
    #expect(String(decoding: try FileReading.bytes(folder.path + "/b"), as: UTF8.self) == "theirs")
  }

  /// Many threads replace one file: it is whole at every moment.
  @Test func neverMixed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    let texts = (0..<8).map { String(repeating: "\($0)", count: 10_000 + $0) }
    try AtomicFile.write(path, text: texts[0])
    let threads = try texts.map { text in
      try #require(TestThread { for _ in 0..<20 { try? AtomicFile.write(path, text: text) } })
    }
    for _ in 0..<100 {
      #expect(texts.contains(String(decoding: try FileReading.bytes(path), as: UTF8.self)))
    }
    for thread in threads { thread.join() }
    #expect(folder.names == ["a"])
  }

  @Test func foldersAreLockedOnce() throws {
    let folder = try TemporaryFolder()
    do {
      let first = try #require(try FolderLock(folder.path))
      #expect(try FolderLock(folder.path) == nil)
      withExtendedLifetime(first) {}
    }
    #expect(try FolderLock(folder.path) != nil)
    #expect(throws: DiagnosticError.self) { try FolderLock(folder.path + "/none") }
  }
}

/// Pipes as inputs.
@Suite struct PipeTests {
  @Test func nobodyWrites() throws {
    let folder = try TemporaryFolder()
    mkfifo(folder.path + "/p", 0o600)
    do {
      _ = try FileReading.bytes(folder.path + "/p")
      Issue.record("bytes from nobody")
    } catch { #expect(error.diagnostics[0].code == "no-writer") }
  }

  /// A writer that comes late, writes slowly, or writes nothing is one all the same.
  @Test(arguments: ["", "x", "some text"]) func slowWriters(_ text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/p"
    mkfifo(path, 0o600)
    let writer = try #require(
      TestThread {
        usleep(200_000)
        let descriptor = open(path, O_WRONLY)
        for byte in text.utf8 {
          usleep(20_000)
          _ = withUnsafeBytes(of: byte) { write(descriptor, $0.baseAddress, 1) }
        }
        usleep(20_000)
        close(descriptor)
      })
    #expect(try FileReading.expandedBytes(path) == Array(text.utf8))
    writer.join()
  }
}
