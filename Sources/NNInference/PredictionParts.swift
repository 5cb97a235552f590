import NNKernels

/// The forms in which predictions are written.
public enum PredictionFileForm: String, Sendable, CaseIterable {
  /// A table with a header.
  case csv
  /// A JSON array.
  case json
  /// An object on each line.
  case jsonl
  /// NumPy's file of one array.
  case npy
}

extension PredictionFormat {
  /// What a file holds of some samples: rows, objects or numbers, without what stands before or after those of all.
  ///
  /// - Parameter predictions: for each head those of the samples that this format was made for.
  package func part<S: Number>(_ predictions: [[S]], as form: PredictionFileForm, workers: WorkerPool) -> [UInt8] {
    switch form {
    case .csv: csvRowBytes(predictions, workers: workers)
    case .json: Array(jsonMembers(predictions).utf8)
    case .jsonl: Array(jsonLines(predictions).utf8)
    case .npy: predictions[0].withUnsafeBytes { Array($0) }
    }
  }

  /// The pieces of a file, in order.
  ///
  /// - Parameters:
  ///   - type: the type of the predictions.
  ///   - parts: what it holds of contiguous parts of the samples, in order; of no sample it is empty.
  ///   - samples: how many there are in all.
  package func file<S: Number>(
    _ type: S.Type, of parts: [[UInt8]], samples: Int, as form: PredictionFileForm
  ) -> [[UInt8]] {
    switch form {
    case .csv: [Array(csvHeader.utf8)] + parts
    case .json:
      [Array("[".utf8)] + parts.filter { !$0.isEmpty }.map { [$0] }.joined(separator: [Array(",\n".utf8)])
        + [Array("]\n".utf8)]
    case .jsonl: parts
    case .npy: [npyHeader(type, samples: samples)] + parts
    }
  }
}
