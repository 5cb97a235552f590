import NNCommandLine
import NNCore
import NNFiles

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
  static func run(_ folder: String) throws -> String {
    try Path.requireFolder(folder)
    let names = try FolderListing.names(in: folder)
    let c = names.filter { $0.hasSuffix(".c") }.sorted()
    let cpp = names.filter { $0.hasSuffix(".cpp") || $0.hasSuffix(".cc") }.sorted()
    guard !c.isEmpty || !cpp.isEmpty else {
      throw DiagnosticError(
        .missing, code: "plugin-sources", file: folder, "has no sources (.c, .cpp)",
        remedy: "begin with: nnrun plugin new NAME")
    }
    let library = Path.join(folder, "lib\(Path.name(of: Path.resolved(folder) ?? folder)).so")
    let isCPP = !cpp.isEmpty
    let compiler = variable(isCPP ? "CXX" : "CC") ?? (isCPP ? "c++" : "cc")
    let words =
      [compiler, isCPP ? "-std=c++17" : "-std=c11", "-O3", "-shared", "-fPIC", "-fvisibility=hidden", "-I", folder]
      + (c + cpp).map { Path.join(folder, $0) } + ["-o", library, "-lm"]
    let status = try ChildProcess.run(words)
    guard status == 0 else {
      throw DiagnosticError(
        code: "plugin-build", file: folder, "the compiler '\(compiler)' ended with \(status)",
        remedy: "mend what it says above")
    }
    return library
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
