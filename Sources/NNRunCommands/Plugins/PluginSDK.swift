import NNCommandLine
import NNCore
import NNFiles
import NNPlugins

/// What a plug-in in Swift is compiled against: the modules of this program's core, as the compiler wrote them, and the C
/// header that they need.
enum PluginSDK {
  /// The modules that a plug-in sees, directly or through another one.
  private static let modules = [
    "NNText", "NNKernelsCommon", "NNKernelsBaseline", "NNKernelsV3", "NNKernelsV4", "NNKernels", "NNCore",
  ]
  /// The file that says which program the folder belongs to.
  private static let interfaceFile = "interface"

  /// Writes the folder. Throws a `DiagnosticError`: it is there already (73), or this program's modules are not beside it
  /// (66).
  static func write(_ folder: String) throws {
    guard try Path.makeNewFolder(folder) else {
      throw DiagnosticError(
        .cannotCreate, code: "file-exists", file: folder, "is there already", remedy: "name another folder")
    }
    let source = try builtModules()
    try Path.makeFolder(Path.join(folder, "CProcessor"))
    for module in modules {
      let name = module + ".swiftmodule"
      guard Path.exists(Path.join(source, name)) else { continue }
      try AtomicFile.write(Path.join(folder, name), bytes: try FileReading.bytes(Path.join(source, name)))
    }
    try AtomicFile.write(Path.join(folder, "CProcessor/module.modulemap"), bytes: PackageResources.module_modulemap)
    try AtomicFile.write(Path.join(folder, "CProcessor/shim.h"), bytes: PackageResources.shim_h)
    try AtomicFile.write(Path.join(folder, interfaceFile), text: swiftInterface + "\n")
  }

  /// The folder to compile against: the one given, the one that NNRUN_SDK names, or a new one in `temporary`.
  ///
  /// Throws a `DiagnosticError` (65): the folder belongs to another program.
  static func folder(_ given: String?, temporary: String) throws -> String {
    guard let folder = given ?? variable("NNRUN_SDK") else {
      let folder = Path.join(temporary, "sdk")
      try write(folder)
      return folder
    }
    let interface = try FileReading.bytes(Path.join(folder, interfaceFile), limit: 1000)
    guard String(decoding: interface, as: UTF8.self).trimmingWhitespace == swiftInterface else {
      throw DiagnosticError(
        code: "plugin-interface", file: folder, "belongs to another version of nnrun than this program",
        remedy: "write it again: nnrun plugin sdk FOLDER")
    }
    return folder
  }

  /// The folder where the build of this program left its modules.
  private static func builtModules() throws -> String {
    let program = Path.resolved("/proc/self/exe") ?? ""
    let folder = Path.join(Path.folder(of: program), "Modules")
    guard Path.exists(Path.join(folder, "NNCore.swiftmodule")) else {
      throw DiagnosticError(
        .missing, code: "plugin-sdk", file: folder,
        "does not have the modules that a plug-in in Swift is compiled against",
        remedy:
          "use the nnrun in the folder where it was built, or give the folder that its 'nnrun plugin sdk' wrote: --sdk FOLDER"
      )
    }
    return folder
  }
}
