import Foundation
import Testing

/// The built programs, run as a user runs them.
enum Tool {
  /// What a program did.
  struct Result {
    var code: Int32
    var output: String
    var messages: String
  }

  /// The folder of the built programs: that of the test program itself.
  static let folder: URL = {
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: path ?? CommandLine.arguments[0]).deletingLastPathComponent()
  }()

  /// Whether a sanitizer runs, whose own memory and files do not fit into the limits that some tests set.
  static let isSanitized = ProcessInfo.processInfo.environment["NNRUN_SANITIZER"] != nil

  /// The repository's models.
  static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("models").path

  /// Starts a program without waiting for it.
  ///
  /// - Parameter errors: the file that gets its messages; none unless given.
  static func start(
    _ program: String = "nnrun", _ arguments: [String], in folder: URL, output: Any? = nil, errors: URL? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = Self.folder.appendingPathComponent(program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    if let errors {
      try Data().write(to: errors)
      process.standardError = try FileHandle(forWritingTo: errors)
    }
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs a program to its end.
  static func run(
    _ program: String = "nnrun", _ arguments: [String], in folder: URL, input: String = "",
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = Self.folder.appendingPathComponent(program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files instead of pipes: nothing can fill up and block.
    let base = folder.appendingPathComponent(".\(UUID().uuidString)")
    let paths = ["in", "out", "err"].map { base.appendingPathExtension($0) }
    try Data(input.utf8).write(to: paths[0])
    for path in paths.dropFirst() { try Data().write(to: path) }
    defer { for path in paths { try? FileManager.default.removeItem(at: path) } }
    process.standardInput = try FileHandle(forReadingFrom: paths[0])
    process.standardOutput = try FileHandle(forWritingTo: paths[1])
    process.standardError = try FileHandle(forWritingTo: paths[2])
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: String(decoding: try Data(contentsOf: paths[1]), as: UTF8.self),
      messages: String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self))
  }
}

/// A folder of its own for a test, removed afterwards.
final class Workplace {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("nnrun-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws -> Tool.Result {
    try Tool.run("nnrun", arguments, in: url, input: input, environment: environment)
  }

  func infer(_ arguments: String..., input: String = "") throws -> Tool.Result {
    try Tool.run("nninfer", arguments, in: url, input: input)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }

  func data(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

  func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
  }

  /// A model with data of its own that trains for `epochs` epochs, with dropout and momentum so that every kind of state
  /// matters.
  func writeModel(epochs: Int = 6, rate: String = "0.05", name: String = "small.xml") throws {
    try write(
      """
      <model xmlns="urn:nnrun:model:1" name="small">
        <data>
          <random role="train" samples="300" shape="12" classes="3" seed="1"/>
          <random role="test" samples="100" shape="12" classes="3" seed="2"/>
          <split role="validation" from="train" fraction="0.2"/>
        </data>
        <preprocess><standardize/></preprocess>
        <network>
          <input name="x" shape="12"/>
          <dense name="fc1" units="16"/>
          <relu/>
          <dropout rate="0.2"/>
          <dense name="fc2" units="3"/>
          <softmaxCrossEntropy/>
        </network>
        <training epochs="\(epochs)" batch="16" seed="5">
          <adam rate="\(rate)"/>
          <cosine/>
        </training>
      </model>
      """, to: name)
  }
}
