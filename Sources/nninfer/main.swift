#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCommandLine
import NNCore
import StandardLayers

/// The whole program: predictions, and nothing that only training needs.
enum InferCommand: PredictionCommand {
  static let name = "infer"
  static let invocation = "nninfer"
}

exit(
  reportingErrors {
    var registry = Registry()
    registerStandardLayers(into: &registry)
    return try run(InferCommand.self, Array(CommandLine.arguments.dropFirst()), registry)
  }.rawValue)
