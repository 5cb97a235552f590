import NNCommandLine
import NNCore
import NNFiles
import NNPlugins
import NNTraining

/// What a plug-in in Swift is compiled against: this program's modules, as the compiler wrote them, and the C headers that
/// they need. Those of the core need no other library's headers; those of data and training do.
enum PluginSDK {
  /// The modules that a plug-in of layers sees, directly or through another one.
  private static let coreModules = [
    "NNText", "NNKernelsCommon", "NNKernelsBaseline", "NNKernelsV3", "NNKernelsV4", "NNKernels", "NNCore",
  ]
  /// Those that one with elements of data and training sees besides.
  static let trainingModules = [
    "NNFormulas", "NNFiles", "NNModel", "NNWeights", "NNImages", "NNData", "NNDrawing", "NNCollectives", "NNTraining",
  ]
  /// The modules in C, with their headers.
  private static let headers = [
    ("CProcessor", PackageResources.CProcessor_h), ("CZlib", PackageResources.CZlib_h),
    ("CPNG", PackageResources.CPNG_h),
    ("CTurboJPEG", PackageResources.CTurboJPEG_h), ("CLibXML2", PackageResources.CLibXML2_h),
  ]
  /// Where systems keep headers outside of the compiler's usual path.
  private static let systemHeaders = ["/usr/include/libxml2", "/opt/homebrew/include/libxml2"]
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
    for module in coreModules + trainingModules {
      let name = module + ".swiftmodule"
      guard Path.exists(Path.join(source, name)) else { continue }
      try AtomicFile.write(Path.join(folder, name), bytes: try FileReading.bytes(Path.join(source, name)))
    }
    for (module, header) in headers {
      try Path.makeFolder(Path.join(folder, module))
      try AtomicFile.write(Path.join(folder, module + "/shim.h"), bytes: header)
      // No library is linked: the program has them.
      try AtomicFile.write(
        Path.join(folder, module + "/module.modulemap"),
        text: "module \(module) [system] {\n  header \"shim.h\"\n  export *\n}\n")
    }
    try AtomicFile.write(Path.join(folder, interfaceFile), text: interface + "\n")
  }

  /// What the modules were compiled from.
  private static let interface = swiftInterface + " " + trainingInterface

  /// The compiler's options that name the folders of modules and headers.
  static func searchPaths(_ folder: String) -> [String] {
    let folders = [folder] + headers.map { Path.join(folder, $0.0) }
    return folders.flatMap { ["-I", $0] } + systemHeaders.flatMap { ["-Xcc", "-I" + $0] }
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
    let found = try FileReading.bytes(Path.join(folder, interfaceFile), limit: 1000)
    guard String(decoding: found, as: UTF8.self).trimmingWhitespace == interface else {
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
