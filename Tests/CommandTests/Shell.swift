import Foundation

extension Workplace {
  /// Runs a script of the shell in this folder, in which `$NNRUN` and `$NNINFER` are the programs. Its output holds that
  /// of all commands; standard error is for messages alone.
  func shell(_ script: String) throws -> Tool.Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = url
    process.environment = ProcessInfo.processInfo.environment.merging([
      "NNRUN": Tool.folder.appendingPathComponent("nnrun").path,
      "NNINFER": Tool.folder.appendingPathComponent("nninfer").path,
    ]) { $1 }
    let paths = ["out", "err"].map { url.appendingPathComponent(".shell-\(UUID().uuidString).\($0)") }
    for path in paths { try Data().write(to: path) }
    defer { for path in paths { try? FileManager.default.removeItem(at: path) } }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: paths[0])
    process.standardError = try FileHandle(forWritingTo: paths[1])
    try process.run()
    process.waitUntilExit()
    return Tool.Result(
      code: process.terminationStatus, output: String(decoding: try Data(contentsOf: paths[0]), as: UTF8.self),
      messages: String(decoding: try Data(contentsOf: paths[1]), as: UTF8.self))
  }

  /// Trains a small model for one epoch into the folder `run`, and writes two rows for it into `rows.csv`.
  func train() throws -> String {
    try writeModel(epochs: 1)
    let row = Array(repeating: "0.5", count: 12).joined(separator: ",") + "\n"
    try write(row + row, to: "rows.csv")
    let training = try run("train", "small.xml", "-q", "--output", "run")
    return training.code == 0 ? "run/weights.safetensors" : training.messages
  }
}
