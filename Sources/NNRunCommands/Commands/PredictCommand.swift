import NNCommandLine

/// `nnrun predict`
enum PredictCommand: PredictionCommand {
  static let name = "predict"
}
