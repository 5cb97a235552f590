import NNCommandLine
import NNCore
import NNFiles
import NNPlugins
import NNTraining

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Makes the library of a folder of sources.
enum PluginBuild {
  /// Compiles and links; returns the library's path.
  ///
  /// Throws a `DiagnosticError`: the folder has no sources (66), there is no compiler (66), or the compiler found errors,
  /// which it has printed (65).
  ///
  /// - Parameter sdk: for a plug-in in Swift, the folder that `nnrun plugin sdk` wrote; this program's own unless given.
  static func run(_ folder: String, sdk: String?) throws -> String {
    try Path.requireFolder(folder)
    let names = try FolderListing.visibleNames(in: folder)
    let c = names.filter { $0.hasSuffix(".c") }
    let cpp = names.filter { $0.hasSuffix(".cpp") || $0.hasSuffix(".cc") }
    let swift = names.filter { $0.hasSuffix(".swift") }
    guard !c.isEmpty || !cpp.isEmpty || !swift.isEmpty else {
      throw DiagnosticError(
        .missing, code: "plugin-sources", file: folder, "has no sources (.c, .cpp, .swift)",
        remedy: "begin with: nnrun plugin new NAME")
    }
    let name = Path.name(of: Path.resolved(folder) ?? folder)
    let library = Path.join(folder, "lib\(name).so")
    if !swift.isEmpty {
      guard c.isEmpty && cpp.isEmpty else {
        throw DiagnosticError(
          code: "plugin-build", file: folder, "has sources in Swift and in C", remedy: "give each a folder of its own")
      }
      try buildSwift(swift.map { Path.join(folder, $0) }, name, library, sdk)
      return library
    }
    let isCPP = !cpp.isEmpty
    let compiler = variable(isCPP ? "CXX" : "CC") ?? (isCPP ? "c++" : "cc")
    let words =
      [compiler, isCPP ? "-std=c++17" : "-std=c11", "-O3", "-shared", "-fPIC", "-fvisibility=hidden", "-I", folder]
      + (c + cpp).map { Path.join(folder, $0) } + ["-o", library, "-lm"]
    try compile(words, library)
    return library
  }

  private static func compile(_ words: [String], _ library: String) throws {
    let status = try ChildProcess.run(words)
    guard status == 0 else {
      throw DiagnosticError(
        code: "plugin-build", file: library, "cannot be built: the compiler '\(words[0])' ended with \(status)",
        remedy: "mend what it says above")
    }
  }

  /// Compiles sources in Swift without linking anything of nnrun: its symbols are those of the program that loads it.
  private static func buildSwift(_ sources: [String], _ name: String, _ library: String, _ sdk: String?) throws {
    let temporary = try TemporaryFolder()
    let modules = try PluginSDK.folder(sdk, temporary: temporary.path)
    let entry = Path.join(temporary.path, "PluginEntry.swift")
    try AtomicFile.write(entry, text: swiftEntry(seesTraining: try sources.contains(where: seesTraining)))
    let module = name.prefix(1).uppercased() + name.dropFirst() + "Plugin"
    try compile(
      [
        variable("SWIFTC") ?? "swiftc", "-emit-library", "-O", "-wmo", "-swift-version", "6", "-parse-as-library",
        "-module-name", module,
      ] + PluginSDK.searchPaths(modules) + sources + [entry, "-o", library], library)
  }

  /// Whether a source imports a module that is compiled for training.
  private static func seesTraining(_ source: String) throws -> Bool {
    let words = String(decoding: try FileReading.bytes(source, limit: 1 << 24), as: UTF8.self).split(
      whereSeparator: \.isWhitespace)
    return zip(words, words.dropFirst()).contains { word, next in
      word == "import" && PluginSDK.trainingModules.contains { next == $0 }
    }
  }

  /// The function that the program calls, and the references by which the system's loader refuses a library that was built
  /// for another program, or for one that trains.
  private static func swiftEntry(seesTraining: Bool) -> String {
    let symbols =
      ["nnrun_interface_\(swiftInterface)"] + (seesTraining ? ["nnrun_training_interface_\(trainingInterface)"] : [])
    let declarations = symbols.indices.map { "@_silgen_name(\"\(symbols[$0])\") private func nnrunInterface\($0)()" }
    return """
      import NNCore

      \(declarations.joined(separator: "\n"))

      @c(nnrun_swift_plugin) public func nnrunSwiftPlugin(_ call: UnsafeMutableRawPointer) {
        \(symbols.indices.map { "nnrunInterface\($0)()" }.joined(separator: "; "))
        call.assumingMemoryBound(to: PluginRegistration.self).pointee.run(NNRunPlugin.self)
      }

      """
  }
}

/// A folder that goes with the value.
private final class TemporaryFolder {
  let path: String

  init() throws {
    let name = Path.join(variable("TMPDIR") ?? "/tmp", "nnrun-plugin-" + String(repeating: "X", count: 6))
    var characters = Array(name.utf8CString)
    guard let made = mkdtemp(&characters) else {
      throw DiagnosticError(
        .cannotCreate, code: "cannot-create", file: name, "cannot be made: \(String(cString: strerror(errno)))")
    }
    path = String(cString: made)
  }

  deinit {
    func remove(_ folder: String) {
      for name in (try? FolderListing.visibleNames(in: folder)) ?? [] {
        let entry = Path.join(folder, name)
        if Path.isFolder(entry) { remove(entry) } else { unlink(entry) }
      }
      rmdir(folder)
    }
    remove(path)
  }
}

/// A program that is run and waited for; it shares the standard streams.
enum ChildProcess {
  /// Runs `words[0]`, found like a shell would, with the other words; returns its exit status.
  ///
  /// Throws a `DiagnosticError` (66) if it cannot be started.
  static func run(_ words: [String]) throws -> Int32 {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let failure = posix_spawnp(&process, words[0], nil, nil, arguments, environ)
    guard failure == 0 else {
      throw DiagnosticError(
        .missing, code: "missing-program", file: words[0], "cannot be started: \(String(cString: strerror(failure)))",
        remedy: "install it, or name another one with CC")
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1 && errno == EINTR {}
    // The lower seven bits are the signal that ended it, if one did.
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
