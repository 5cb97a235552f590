import NNCommandLine

/// `nnrun predict`
enum PredictCommand: PredictionCommand {
  static let name = "predict"

  static var options: [Option] { predictionOptions + [CommonOptions.distributed, CommonOptions.timeout] }

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    try ProcessGroup.run(arguments) { group in
      try group.map { try run(arguments, environment, sharing: $0) } ?? predict(arguments, environment)
    }
  }
}
