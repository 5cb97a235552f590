import NNCommandLine
import NNCore
import NNFiles
import NNPlugins

/// `nnrun plugin`
enum PluginCommand: Command {
  static let name = "plugin"
  static let summary = "begin, build or check a library with layers of your own"
  static let discussion =
    "new writes a folder with one layer, a model that uses it, a test and a README. build makes the library "
    + "FOLDER/lib<NAME>.so of its sources in C, C++ or Swift. sdk writes the folder that one in Swift is compiled against "
    + "where nnrun is not in the folder where it was built. check holds every layer of a library to what all layers promise: gradients in "
    + "double precision, both precisions, any batch, any number of threads, shared memory, files of weights, "
    + "documentation; it ends with 1 if one does not. It takes a model too, whose own layers it checks. A library is used with --plugin FILE in every command. Loading one "
    + "runs its code with your rights."
  static let positionals = [
    Positional(name: "ACTION", help: "new, build, check or sdk.", choices: ["new", "build", "check", "sdk"]),
    Positional(name: "NAME|FOLDER|LIBRARY", help: "The name of the new folder; the folder; the library."),
  ]
  static let options = [
    Option(
      "language", .choice(PluginTemplate.languages),
      "For new: the language to write in; \(PluginTemplate.languages[0]) unless given."),
    Option("sdk", .path("FOLDER"), "For build of Swift: the folder that sdk wrote; this program's own unless given."),
    Option(
      "shape", .text("SIZES"), repeats: true,
      "For check: a shape of the inputs to try, such as 3x8x8; some usual ones unless given."),
    CommonOptions.json,
  ]
  static let examples = [
    (line: "nnrun plugin new acme --language c", meaning: "Write a folder with a layer in C to start from."),
    (line: "nnrun plugin build acme", meaning: "Make acme/libacme.so."),
    (line: "nnrun plugin check acme/libacme.so", meaning: "Hold its layers to what all layers promise."),
    (line: "nnrun train acme/model.xml --plugin acme/libacme.so", meaning: "Train a model that uses it."),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let action = arguments.positionals[0]
    let target = arguments.positionals[1]
    if arguments.has("language"), action != "new" { throw usageError("--language goes with new alone") }
    if arguments.has("sdk"), action != "build" { throw usageError("--sdk goes with build alone") }
    for option in ["shape", "json"] where arguments.has(option) && action != "check" {
      throw usageError("--\(option) goes with check alone")
    }
    switch action {
    case "new":
      try PluginTemplate.write(target, language: arguments.text("language") ?? PluginTemplate.languages[0])
    case "build": try printResult("\(try PluginBuild.run(target, sdk: arguments.text("sdk"))): built")
    case "sdk":
      try PluginSDK.write(target)
      try printResult("\(target): written; nnrun plugin build FOLDER --sdk \(shellQuoted(target))")
    default: return try PluginCheck.run(target, arguments, environment)
    }
    return .done
  }
}
