import NNCommandLine
import NNCore
import NNData
import NNText
import NNWeights

extension WeightsCommand {
  /// `nnrun weights pack`: puts NumPy's arrays into a file of weights.
  static func pack(_ file: String, _ words: [String], _ arguments: Arguments) throws -> ExitCode {
    guard !words.isEmpty else {
      throw usageError("pack needs arrays", "write them as NAME=FILE.npy, such as fc1.weight=w1.npy")
    }
    try arguments.refuseToReplace(file)
    var tensors = TensorFile(metadata: ["nnrun.version": programVersion])
    var names: Set<String> = []
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw usageError("'\(word.shortened)' names no array", "write it as NAME=FILE.npy, such as fc1.weight=w1.npy")
      }
      guard parts[0] != TensorFile.metadataKey else {
        throw usageError("'\(parts[0])' is the name of what a file says about itself", "name the array differently")
      }
      guard names.insert(parts[0]).inserted else { throw usageError("'\(parts[0])' is given twice") }
      let array = try NumberFile(path: parts[1])
      if arguments.has("transpose"), array.dimensions.count == 2 {
        let (rows, columns) = (array.dimensions[0], array.dimensions[1])
        let turned = (0..<array.values.count).map { array.values[$0 % rows * columns + $0 / rows] }
        try tensors.append(parts[0], dimensions: [columns, rows], values: turned)
      } else {
        try tensors.append(parts[0], dimensions: array.dimensions, values: array.values)
      }
    }
    try tensors.write(file, replacing: arguments.has("force"))
    if arguments.has("json") {
      try printResult(#"{"arrays":\#(tensors.entries.count)}"#)
    } else {
      try printResult("\(file): \(tensors.entries.count) arrays")
    }
    return .done
  }
}
