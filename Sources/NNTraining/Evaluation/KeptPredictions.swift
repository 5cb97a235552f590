import NNCore
import NNData
import NNFiles
import NNKernels

/// Every prediction of a head with its target, for metrics that no sums give, such as those of an order.
struct KeptPredictions: Sendable {
  /// The most numbers that are kept: a quarter of a gigabyte of them.
  static let most = 1 << 25

  /// Numbers that are predicted for a sample.
  let width: Int
  /// Numbers that the target of a sample has: a label, or as many as are predicted.
  let targetWidth: Int
  /// Samples x width, row-major.
  private(set) var predictions: [Double] = []
  /// Samples x target width, row-major.
  private(set) var targets: [Double] = []
  /// A weight for each sample.
  private(set) var weights: [Double] = []
  /// For each sample its place in the set, ignored samples counted.
  private(set) var positions: [Int] = []
  private var seen = 0
  /// Whether there were too many for `most`, or for the memory that is left, so that none are kept.
  private(set) var isOverflowing = false

  /// - Parameter samples: how many there will be, about.
  init(_ head: Head, samples: Int) {
    width = head.width
    targetWidth = head.isDistribution ? head.width : 1
    let size = Count.product(samples, width + targetWidth)
    let room = Count.product(size, MemoryLayout<Double>.size)
    let hasMemory = (try? SystemMemory.require(room, for: "keeping the predictions")) != nil
    guard size <= Self.most, hasMemory else {
      isOverflowing = true
      return
    }
    predictions.reserveCapacity(samples * width)
    targets.reserveCapacity(samples * targetWidth)
    weights.reserveCapacity(samples)
    positions.reserveCapacity(samples)
  }

  /// The number of samples.
  var count: Int { weights.count }

  /// Passes over a sample that does not count.
  mutating func skip() { seen += 1 }

  /// Adds a sample.
  ///
  /// - Parameters:
  ///   - targets: those of its batch.
  ///   - row: its place in the batch.
  ///   - scales: how training has scaled each element, which is undone; nil if it has not.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func add<S: Scalar>(
    _ scores: Buffer<S>, _ target: Buffer<S>, _ row: Int, _ weight: Double,
    _ scales: [NumberEncoding]? = nil
  ) {
    guard !isOverflowing else { return }
    guard predictions.count + targets.count + width + targetWidth <= Self.most else {
      isOverflowing = true
      (predictions, targets, weights, positions) = ([], [], [], [])
      return
    }
    for j in 0..<width { predictions.append(scales?[j].decode(Double(scores[j])) ?? Double(scores[j])) }
    for j in 0..<targetWidth {
      let value = Double(target[row * targetWidth + j])
      targets.append(scales?[j].decode(value) ?? value)
    }
    weights.append(weight)
    positions.append(seen)
    seen += 1
  }

  /// Adds those of the samples that follow.
  mutating func merge(_ next: KeptPredictions) {
    let size = predictions.count + targets.count + next.predictions.count + next.targets.count
    guard !isOverflowing, !next.isOverflowing, size <= Self.most else {
      isOverflowing = true
      (predictions, targets, weights, positions) = ([], [], [], [])
      return
    }
    predictions += next.predictions
    targets += next.targets
    weights += next.weights
    positions += next.positions.map { $0 + seen }
    seen += next.seen
  }

  /// The class of a sample: its label, or the largest share of its distribution.
  func label(_ sample: Int) -> Int {
    guard targetWidth > 1 else { return Int(exactly: targets[sample].rounded(.towardZero)) ?? 0 }
    let row = targets[(sample * targetWidth)..<((sample + 1) * targetWidth)]
    var best = row.startIndex
    for index in row.indices where row[index] > row[best] { best = index }
    return best - row.startIndex
  }

  // MARK: - Checkpoints

  /// All numbers without loss.
  var words: [UInt64] {
    [UInt64(count), UInt64(seen), isOverflowing ? 1 : 0] + (predictions + targets + weights).map(\.bitPattern)
      + positions.map { UInt64($0) }
  }

  /// Sets all numbers from a checkpoint; false if they cannot be those of this head.
  mutating func restore(_ reader: inout WordReader, _ head: Head) -> Bool {
    let count = reader.integer()
    seen = reader.integer()
    isOverflowing = reader.word() == 1
    guard count <= Self.most, seen <= HeadEvaluation.mostSamples,
      Count.product(count, width + targetWidth + 2) <= reader.remaining
    else { return false }
    predictions = (0..<(count * width)).map { _ in reader.number() }
    targets = (0..<(count * targetWidth)).map { _ in reader.number() }
    weights = (0..<count).map { _ in reader.number() }
    positions = (0..<count).map { _ in reader.integer() }
    guard positions.allSatisfy({ $0 < seen }), weights.allSatisfy(\.isFinite) else { return false }
    guard head.isAboutClasses else { return true }
    // Each is taken for a class.
    let labels = 0...Double(max(0, head.classCount - 1))
    return targets.allSatisfy { head.isDistribution ? $0.isFinite : labels.contains($0) }
  }
}
