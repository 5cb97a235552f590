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
  /// What the stopping rule keeps from epoch to epoch.
  var stoppingMemory: [Double] = []
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
      bestLoss.bitPattern, UInt64(bestEpoch), rate.bitPattern, hasStopped ? 1 : 0, seconds.bitPattern,
      secondsOfEpoch.bitPattern, UInt64(stoppingMemory.count), UInt64(records.count),
    ]
    words += stoppingMemory.map(\.bitPattern)
    for record in records { words += record.words }
    // Runs of a process alone have no more.
    guard records.contains(where: { $0.sharing != nil }) else { return words }
    for record in records {
      words += [record.sharing?.waiting ?? 0, record.sharing?.communication ?? 0].map(\.bitPattern)
    }
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
    rate = reader.number()
    hasStopped = reader.word() == 1
    seconds = reader.number()
    secondsOfEpoch = reader.number()
    let numbers = reader.integer()
    let count = reader.integer()
    guard numbers <= words.count, count <= words.count else { return nil }
    stoppingMemory = (0..<numbers).map { _ in reader.number() }
    for _ in 0..<count { records.append(TrainingRecord(&reader)) }
    if reader.remaining > 0 {
      for index in records.indices {
        records[index].sharing = .init(waiting: reader.number(), communication: reader.number())
      }
    }
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

  /// Words that were not read yet.
  var remaining: Int { max(0, words.count - position) }

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
    Self.words(values) + [UInt64(heads.count)]
      + heads.flatMap { head in
        let name = Array(head.name.utf8)
        return [UInt64(name.count)] + name.map { UInt64($0) } + Self.words(head.values)
      }
  }

  init(_ reader: inout WordReader) {
    self.init()
    values = Self.values(&reader)
    for _ in 0..<min(reader.integer(), reader.remaining) {
      let name = (0..<min(reader.integer(), reader.remaining)).map { _ in UInt8(truncatingIfNeeded: reader.word()) }
      heads.append(OfHead(name: String(decoding: name, as: UTF8.self), values: Self.values(&reader)))
    }
  }

  private static func words(_ values: [Metric: Double]) -> [UInt64] {
    let found = Metric.all.enumerated().filter { values[$0.element] != nil }
    return [UInt64(found.count)] + found.flatMap { [UInt64($0.offset), (values[$0.element] ?? 0).bitPattern] }
  }

  private static func values(_ reader: inout WordReader) -> [Metric: Double] {
    var values: [Metric: Double] = [:]
    for _ in 0..<min(reader.integer(), Metric.all.count) {
      let (index, number) = (reader.integer(), reader.number())
      if index < Metric.all.count { values[Metric.all[index]] = number }
    }
    return values
  }
}

extension Trainer {
  /// What is gathered of the epoch at hand, without loss, for a checkpoint.
  var scoreWords: [UInt64] { scoreParts.flatMap(\.words) }

  /// Sets what is gathered of an epoch from a checkpoint; false if the numbers cannot be that.
  func restoreScores(_ words: [UInt64]) -> Bool {
    var reader = WordReader(words)
    var parts = scoreParts
    for index in parts.indices {
      guard parts[index].restore(&reader) else { return false }
    }
    guard reader.isExhausted else { return false }
    scoreParts = parts
    return true
  }
}

extension Evaluation {
  /// What is gathered, without loss.
  var words: [UInt64] { heads.flatMap(\.words) }

  /// Sets what is gathered; false if the numbers cannot be those of this evaluation.
  mutating func restore(_ reader: inout WordReader) -> Bool {
    for index in heads.indices {
      guard heads[index].restore(&reader) else { return false }
    }
    return true
  }
}

extension HeadEvaluation {
  var words: [UInt64] {
    var words = [UInt64(samples), UInt64(ignored), UInt64(unpredicted), hasSoftLabels ? 1 : 0]
    words += [lossParts.numerator, lossParts.denominator, weight, correct, correctAmongTop].map(\.bitPattern)
    for values in [squaredResiduals, firstTargets, targetSums, targetSquares] { words += values.map(\.bitPattern) }
    return words + (confusion?.words ?? []) + (kept?.words ?? [])
  }

  mutating func restore(_ reader: inout WordReader) -> Bool {
    (samples, ignored, unpredicted) = (reader.integer(), reader.integer(), reader.integer())
    guard samples <= Self.mostSamples, ignored <= Self.mostSamples, unpredicted <= samples else { return false }
    hasSoftLabels = reader.word() == 1
    lossParts = LossParts(numerator: reader.number(), denominator: reader.number())
    (weight, correct, correctAmongTop) = (reader.number(), reader.number(), reader.number())
    for index in squaredResiduals.indices { squaredResiduals[index] = reader.number() }
    for index in firstTargets.indices { firstTargets[index] = reader.number() }
    for index in targetSums.indices { targetSums[index] = reader.number() }
    for index in targetSquares.indices { targetSquares[index] = reader.number() }
    confusion?.restore(&reader)
    return kept?.restore(&reader, head) ?? true
  }
}
