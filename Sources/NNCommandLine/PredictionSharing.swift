import NNCore
import NNData
import NNInference
import NNKernels

/// Processes that share the samples of a prediction. All make the same calls in the same order.
package protocol PredictionSharing {
  /// Whether this process writes what all have predicted.
  var isFirst: Bool { get }
  /// A pool of as many threads as `--threads` asks for, or of this process's share of the machine's processors.
  func workers(_ arguments: Arguments, _ environment: Environment) throws -> WorkerPool
  /// Does the same on all processes. If it fails on some, all throw, and one of them says why.
  func together<Result>(_ body: () throws -> Result) throws -> Result
  /// Throws a `DiagnosticError` on all processes unless all have read the same.
  func requireSame(_ models: [SavedModel], _ sets: [Dataset], _ arguments: Arguments) throws
  /// The contiguous part of so many samples that this process predicts; those of all follow each other in order.
  func part(of samples: Int) -> Range<Int>
  /// Gives the first process the parts of all, in order; nil in the others.
  func gather(_ part: PredictedPart) throws -> [PredictedPart]?
  /// Runs what only the first process does, the last thing of a command. A failure of it is told.
  func ending(_ body: () throws -> ExitCode) throws -> ExitCode
}

/// What was predicted of a part of the samples.
package struct PredictedPart: Hashable {
  /// As the file of predictions holds it.
  package let bytes: [UInt8]
  /// How many of the numbers are not finite.
  package let notFinite: Int
  /// How many numbers there are.
  package let numbers: Int

  /// What one process has predicted.
  package init(bytes: [UInt8], notFinite: Int, numbers: Int) {
    (self.bytes, self.notFinite, self.numbers) = (bytes, notFinite, numbers)
  }
}

extension Dataset {
  /// Contiguous samples of a set, with the columns that predictions carry along.
  func part(_ range: Range<Int>) -> Dataset {
    var part = subset(Array(range))
    part.keptColumns = keptColumns.map { column in
      var cut = KeptColumn(name: column.name, texts: Array(column.texts[range]))
      cut.stepTexts = column.stepTexts.map { Array($0[range]) }
      return cut
    }
    return part
  }
}
