import Foundation
import NNCore
import NNPlugins
import StandardLayers
import Testing

/// The libraries in C that the tests load, built once from their sources.
enum ExampleLibrary {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "nnrun-plugins-\(UUID().uuidString)")

  /// Why something could not be built.
  struct BuildFailure: Error { var message: String }

  /// The five layers of tools/examples/plugins/c; removed with the folder by the system.
  static let acme = Result {
    let sources = root.appendingPathComponent("tools/examples/plugins/c")
    let names = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".c") }
    return try build("acme", names.map { sources.appendingPathComponent($0).path })
  }

  /// Compiles sources to a library; returns its path.
  static func build(_ name: String, _ sources: [String], _ options: [String] = []) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let library = folder.appendingPathComponent("lib\(name).so").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["cc", "-std=c11", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]
      + ["-I", root.appendingPathComponent("include").path] + options + sources + ["-o", library, "-lm"]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BuildFailure(message: "cc ended with \(process.terminationStatus)")
    }
    return library
  }

  /// Compiles a text.
  static func build(_ name: String, text: String, isVisible: Bool = false) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let source = folder.appendingPathComponent(name + ".c")
    try Data(text.utf8).write(to: source)
    return try build(name, [source.path], isVisible ? ["-fvisibility=default"] : [])
  }

  /// The project's layers and those of the example.
  static let registry = Result {
    var registry = Registry()
    try registerStandardLayers(into: &registry)
    try PluginLoader.load(acme.get(), into: &registry)
    return registry
  }
}
