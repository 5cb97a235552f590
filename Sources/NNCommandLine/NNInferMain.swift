import NNCore

/// The whole program of nninfer: predictions, and nothing that only training needs.
private enum InferCommand: PredictionCommand {
  static let name = "infer"
  static let invocation = "nninfer"
}

/// The whole program nninfer with the layers that `register` makes known: reads the command line, predicts, and ends the
/// process with its exit code.
public func nninferMain(register: (inout Registry) throws -> Void) -> Never {
  runProgram { words in
    var registry = Registry()
    try register(&registry)
    return try run(InferCommand.self, words, registry)
  }
}
