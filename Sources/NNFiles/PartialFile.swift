#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// A file that is being written beside the one that it will become.
///
/// It is new, so writers never meet in one, and locked as long as its process lives. Who finds one of its own that is not
/// locked knows that its writer has died, and removes it: however many processes are killed, leftovers do not add up.
final class PartialFile {
  /// The path of what it will become.
  private let target: String
  /// Its own path, as long as it is there.
  private var path: String
  private let descriptor: Int32
  private var isPlaced = false

  /// The most writers of one file at a time.
  private static let mostWriters = 1000

  /// A new file beside `target` with `mode` less what the user's mask takes away.
  init(beside target: String, mode: mode_t) throws(SystemFailure) {
    self.target = target
    var writer = 1
    while true {
      let path = Self.path(beside: target, writer: writer)
      do throws(SystemFailure) {
        let descriptor = try openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
        if Self.isKept(descriptor, path) {
          self.path = path
          self.descriptor = descriptor
          return
        }
        close(descriptor)
      } catch {
        guard error.number == EEXIST, writer < Self.mostWriters else { throw error }
      }
      if !Self.removeLeftover(path) { writer += 1 }
    }
  }

  deinit {
    if !isPlaced { unlink(path) }
    close(descriptor)
  }

  /// Names of other files must stay possible, however long the target's is.
  private static func path(beside target: String, writer: Int) -> String {
    let name = Path.name(of: target)
    let ending = (writer == 1 ? ".nnrun" : ".nnrun-\(writer)") + ".partial"
    let start =
      name.utf8.count <= 200
      ? name : String(Array(name.utf8).withUnsafeBytes { Compression.crc32($0) }, radix: 16)
    return Path.join(Path.folder(of: target), start + ending)
  }

  /// Locks a new file. False if somebody took it for a leftover before that and removes it. Where files cannot be locked
  /// nobody does.
  private static func isKept(_ descriptor: Int32, _ path: String) -> Bool {
    do throws(SystemFailure) {
      _ = try systemCall { flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch {
      return error.number != EWOULDBLOCK
    }
    return isStill(descriptor, path)
  }

  /// Removes a file if its writer has died; false if it stays.
  private static func removeLeftover(_ path: String) -> Bool {
    let descriptor: Int32
    do throws(SystemFailure) { descriptor = try openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) } catch {
      return error.number == ENOENT
    }
    defer { close(descriptor) }
    guard let status = try? fileStatus(descriptor), status.isKind(S_IFREG), status.st_uid == geteuid(),
      (try? systemCall { flock(descriptor, LOCK_EX | LOCK_NB) }) != nil
    else { return false }
    // Its writer may have finished meanwhile, and another one begun.
    guard isStill(descriptor, path) else { return true }
    return unlink(path) == 0
  }

  private static func isStill(_ descriptor: Int32, _ path: String) -> Bool {
    guard let open = try? fileStatus(descriptor), let named = try? fileStatus(path) else { return false }
    return open.isSame(as: named)
  }

  /// Gives it the rights of the file that it will replace, and the owner and group if this process may.
  func adopt(_ status: stat) throws(SystemFailure) {
    var rights = status.st_mode & 0o7777
    let own = try fileStatus(descriptor)
    if own.st_uid != status.st_uid || own.st_gid != status.st_gid {
      let isOwned = fchown(descriptor, status.st_uid, status.st_gid) == 0
      // To run with somebody's rights is not passed on to somebody else's file.
      if !isOwned {
        _ = fchown(descriptor, uid_t.max, status.st_gid)
        rights &= 0o777
      }
    }
    _ = try systemCall { fchmod(descriptor, rights) }
  }

  /// Writes the pieces, one after the other, and sees to it that they are on disk.
  func write(_ pieces: [UnsafeRawBufferPointer]) throws(SystemFailure) {
    for piece in pieces { try writeAll(descriptor, piece) }
    _ = try systemCall { fsync(descriptor) }
  }

  /// Becomes the target.
  ///
  /// - Parameter replacing: whether it may take the place of a file that is there; otherwise that is an error, `EEXIST`.
  func place(replacing: Bool) throws(SystemFailure) {
    if replacing {
      try rename()
      return
    }
    do throws(SystemFailure) {
      try withName(path) { own throws(SystemFailure) in
        try withName(target) { name throws(SystemFailure) in _ = try systemCall { link(own, name) } }
      }
    } catch {
      // Some file systems have no second names.
      guard [EPERM, ENOTSUP, ENOSYS].contains(error.number) else { throw error }
      guard !Path.exists(target) else { throw SystemFailure(number: EEXIST) }
      try rename()
    }
  }

  private func rename() throws(SystemFailure) {
    try withName(path) { own throws(SystemFailure) in
      try withName(target) { name throws(SystemFailure) in _ = try systemCall { systemRename(own, name) } }
    }
    isPlaced = true
  }
}

private func systemRename(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 { rename(old, new) }
