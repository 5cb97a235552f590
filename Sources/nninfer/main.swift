import NNCommandLine
import NNCore
import StandardLayers

/// The whole program: predictions, and nothing that only training needs.
enum InferCommand: PredictionCommand {
  static let name = "infer"
  static let invocation = "nninfer"
}

runProgram { words in
  var registry = Registry()
  registerStandardLayers(into: &registry)
  return try run(InferCommand.self, words, registry)
}
