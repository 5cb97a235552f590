import NNCore
import NNFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A shared library in this process. It is never unloaded: layers and their code may be in use until the end.
struct SharedLibrary: @unchecked Sendable {
  /// The file as the user named it.
  let path: String
  /// CRC-32 of the file, in eight hexadecimal digits.
  let checksum: String
  private let handle: UnsafeMutableRawPointer

  /// Larger files are not read.
  static let mostBytes = 1 << 30

  /// Loads a library, which runs the code that it has for that moment.
  ///
  /// Throws a `DiagnosticError`: the file is missing (66), is no library, is one for another processor, or needs symbols
  /// that nobody has (65).
  init(_ path: String) throws {
    self.path = path
    let bytes = try FileReading.bytes(path, limit: Self.mostBytes)
    if let fault = ELFHeader.fault(bytes) {
      throw DiagnosticError(code: "plugin", file: path, fault.problem, remedy: fault.remedy)
    }
    checksum = bytes.withUnsafeBytes { Compression.crc32Digits($0) }
    // A name without a slash would be looked for in the system's folders.
    guard let handle = dlopen(path.contains("/") ? path : "./" + path, RTLD_NOW | RTLD_LOCAL) else {
      throw Self.loadError(path, dlerror().map { String(cString: $0) } ?? "it cannot be loaded")
    }
    self.handle = handle
  }

  /// The address of an exported symbol; nil if there is none.
  func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }

  /// An error about the library as a whole.
  func error(_ problem: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(code: "plugin", file: path, problem, remedy: remedy)
  }

  private static func loadError(_ path: String, _ message: String) -> DiagnosticError {
    let prefix = "undefined symbol: "
    if let range = message.firstRange(of: prefix) {
      let symbol = message[range.upperBound...].prefix { !$0.isWhitespace && $0 != "," }
      // References of data are looked up before those of functions, so a symbol of Swift may be missed first.
      let isOfTraining = symbol.hasPrefix(trainingInterfacePrefix) || symbol.hasPrefix(trainingSymbolPrefix)
      if isOfTraining, dlsym(nil, trainingMark) == nil {
        return DiagnosticError(
          code: "plugin-training", file: path, "brings elements of training, which this program does not have",
          remedy: "keep layers and losses in a library of their own, which is enough to predict")
      }
      if isOfTraining || symbol.hasPrefix(interfacePrefix) { return otherVersion(path) }
      return DiagnosticError(
        code: "plugin-symbol", file: path, "needs the symbol '\(symbol)', which neither it nor this program has",
        remedy: "link the library that has it")
    }
    return DiagnosticError(code: "plugin", file: path, "cannot be loaded: \(message)")
  }

  private static func otherVersion(_ path: String) -> DiagnosticError {
    DiagnosticError(
      code: "plugin-interface", file: path,
      "was built against another version of nnrun, or by another compiler, than this program")
  }

  /// The beginning of the name of the symbol that Swift plug-ins refer to.
  static let interfacePrefix = "nnrun_interface_"
  /// The beginning of the name of the symbol that those with elements of training refer to as well.
  private static let trainingInterfacePrefix = "nnrun_training_interface_"
  /// The beginning of the mangled names of what NNTraining declares.
  private static let trainingSymbolPrefix = "$s10NNTraining"
  /// A symbol that every program with training has: the protocol of optimizers.
  private static let trainingMark = trainingSymbolPrefix + "9OptimizerMp"
}
