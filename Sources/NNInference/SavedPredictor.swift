import NNCore
import NNData
import NNKernels

/// Runs a saved model on numbers as they come: it prepares them as the training did and takes the mean over the model's
/// views.
///
/// A sample's prediction has the same bits as `nnrun predict` gives for a table of these numbers. One thread at a time may use it.
public final class SavedPredictor<S: Scalar>: BatchPredictor {
  private let predictor: Predictor<S>
  private let viewing: ViewedPrediction<S>?
  private let answers: AnswerDecoding?
  private let tables: [AffineTable<S>]
  /// The samples at hand, prepared.
  private let prepared: [Storage<S>]
  private let batches: [Buffer<S>]
  private var batchLengths: [Buffer<Int32>?]

  /// Scalars of one sample, for each free input of the net in their order.
  public var inputCounts: [Int] { predictor.inputCounts }
  /// For each free input, the lengths that a sample may have; nil where all samples have the shape's steps.
  public var lengthRanges: [ClosedRange<Int>?] { predictor.lengthRanges }
  /// Scalars of one sample's prediction.
  public var outputCount: Int { predictor.outputCount }
  /// The most samples that are computed at once; longer calls are cut.
  public var maximumBatch: Int { predictor.maximumBatch }

  init(_ model: SavedModel, batch: Int, workers: WorkerPool) throws {
    predictor = try model.engine(S.self, batch: batch, workers: workers)
    viewing = model.views.map { [predictor] in ViewedPrediction($0, predictor) }
    answers = model.answers
    tables = zip(model.preprocessing, predictor.inputCounts).map { AffineTable($0, width: $1) }
    prepared = predictor.inputCounts.map { Storage(count: $0 * batch) }
    batches = prepared.map(\.buffer)
    batchLengths = batches.map { _ in nil }
  }

  /// Predicts `count` samples, taking no memory after the first call.
  ///
  /// - Parameters:
  ///   - inputs: for each free input of the net, at least `count` samples one after the other.
  ///   - lengths: for each free input, the length of each sample, or nil; see `Predictor.predict`.
  ///   - outputs: room for `count` predictions of `outputCount` scalars.
  public func predict(_ inputs: [Buffer<S>], lengths: [Buffer<Int32>?], count: Int, into outputs: Buffer<S>) {
    requireRoom(inputs, lengths, count: count, outputs)
    for index in batchLengths.indices { batchLengths[index] = nil }
    var done = 0
    while done < count {
      let batch = min(maximumBatch, count - done)
      for index in lengths.indices { batchLengths[index] = lengths[index]?.slice(from: done, count: batch) }
      for (index, width) in inputCounts.enumerated() {
        tables[index].apply(
          to: inputs[index].slice(from: done * width, count: batch * width), width: width,
          into: batches[index])
      }
      let output = outputs.slice(from: done * outputCount, count: batch * outputCount)
      if let viewing {
        viewing.predict(batches, batchLengths, count: batch, into: output)
      } else {
        predictor.predict(batches, lengths: batchLengths, count: batch, into: output)
      }
      answers?.decode(output)
      done += batch
    }
  }
}
