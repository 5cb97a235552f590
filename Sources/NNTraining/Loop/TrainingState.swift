import NNCore

/// The state of a run between two steps, apart from the arrays: what a checkpoint needs so that a resumed run continues
/// with the same bits.
struct TrainingState: Sendable {
  /// Completed epochs.
  var epoch = 0
  /// Completed batches of the current epoch.
  var batchOfEpoch = 0
  /// Completed steps.
  var steps = 0
  /// The best value of the metric that decides what is kept; nil as long as it has been no finite number.
  var best: Double?
  /// The loss of the epoch that is kept, which decides between epochs of the same value.
  var bestLoss = 0.0
  /// The epoch that is kept.
  var bestEpoch = 0
  /// The value that the stopping rule compares with: the last one that improved by the minimum change.
  var reference: Double?
  /// Epochs since then.
  var epochsWithoutImprovement = 0
  /// The rate of the last step.
  var rate = 0.0
  /// Whether a stopping rule has ended the run.
  var hasStopped = false
  /// Seconds of training so far.
  var seconds = 0.0
  /// Seconds of the current epoch.
  var secondsOfEpoch = 0.0
  /// The finished epochs.
  var records: [TrainingRecord] = []

  /// The state serialized without loss, for a checkpoint.
  var words: [UInt64] {
    var words: [UInt64] = [
      UInt64(epoch), UInt64(batchOfEpoch), UInt64(steps), best == nil ? 0 : 1, (best ?? 0).bitPattern,
      bestLoss.bitPattern, UInt64(bestEpoch), reference == nil ? 0 : 1, (reference ?? 0).bitPattern,
      UInt64(epochsWithoutImprovement), rate.bitPattern, hasStopped ? 1 : 0, seconds.bitPattern,
      secondsOfEpoch.bitPattern, UInt64(records.count),
    ]
    for record in records { words += record.words }
    return words
  }

  init() {}

  /// The state from a checkpoint, or nil if the numbers cannot be one.
  init?(words: [UInt64]) {
    var reader = WordReader(words)
    epoch = reader.integer()
    batchOfEpoch = reader.integer()
    steps = reader.integer()
    best = reader.optional()
    bestLoss = reader.number()
    bestEpoch = reader.integer()
    reference = reader.optional()
    epochsWithoutImprovement = reader.integer()
    rate = reader.number()
    hasStopped = reader.word() == 1
    seconds = reader.number()
    secondsOfEpoch = reader.number()
    let count = reader.integer()
    guard count <= words.count else { return nil }
    for _ in 0..<count { records.append(TrainingRecord(&reader)) }
    guard reader.isExhausted else { return nil }
  }
}

/// A cursor over serialized words. Reading past the end gives zeros and is recorded.
struct WordReader {
  private let words: [UInt64]
  private var position = 0

  init(_ words: [UInt64]) { self.words = words }

  /// Whether exactly all words were read.
  var isExhausted: Bool { position == words.count }

  mutating func word() -> UInt64 {
    position += 1
    return position <= words.count ? words[position - 1] : 0
  }

  mutating func integer() -> Int { Int(clamping: word()) }

  mutating func number() -> Double { Double(bitPattern: word()) }

  mutating func optional() -> Double? {
    let exists = word() == 1
    let value = number()
    return exists ? value : nil
  }
}

extension TrainingRecord {
  var words: [UInt64] {
    [UInt64(epoch), UInt64(steps), rate.bitPattern, seconds.bitPattern] + training.words
      + [validation == nil ? 0 : 1] + (validation?.words ?? [])
  }

  init(_ reader: inout WordReader) {
    epoch = reader.integer()
    steps = reader.integer()
    rate = reader.number()
    seconds = reader.number()
    training = Scores(&reader)
    validation = reader.word() == 1 ? Scores(&reader) : nil
  }
}

extension TrainingRecord.Scores {
  var words: [UInt64] {
    // The loss, which every net has, needs no word that says so.
    [loss.bitPattern]
      + Metric.all.dropFirst().flatMap { metric in
        [value(metric) == nil ? 0 : 1, (value(metric) ?? 0).bitPattern]
      }
  }

  init(_ reader: inout WordReader) {
    self.init()
    values[.loss] = reader.number()
    for metric in Metric.all.dropFirst() { values[metric] = reader.optional() }
  }
}

extension Evaluation {
  /// The counts serialized without loss, for a checkpoint in the middle of an epoch. Confusion counts are not kept:
  /// training does not ask for them.
  var words: [UInt64] {
    var words = [UInt64(samples), UInt64(ignored), UInt64(unpredicted), UInt64(losses.count)]
    for parts in losses { words += [parts.numerator.bitPattern, parts.denominator.bitPattern] }
    words += [UInt64(correct), UInt64(correctAmongTop), squaredDifferences.bitPattern]
    for values in [firstTargets, targetSums, targetSquares] { words += values.map(\.bitPattern) }
    return words
  }

  /// Sets the counts from a checkpoint; false if the numbers cannot be those of this evaluation.
  mutating func restore(words: [UInt64]) -> Bool {
    var reader = WordReader(words)
    samples = reader.integer()
    ignored = reader.integer()
    unpredicted = reader.integer()
    guard reader.integer() == losses.count else { return false }
    for index in losses.indices {
      losses[index] = LossParts(numerator: reader.number(), denominator: reader.number())
    }
    correct = reader.integer()
    correctAmongTop = reader.integer()
    squaredDifferences = reader.number()
    for index in firstTargets.indices { firstTargets[index] = reader.number() }
    for index in targetSums.indices { targetSums[index] = reader.number() }
    for index in targetSquares.indices { targetSquares[index] = reader.number() }
    return reader.isExhausted
  }
}
