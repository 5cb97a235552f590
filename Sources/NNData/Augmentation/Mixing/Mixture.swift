import NNCore
import NNKernels

/// How the samples of one batch are mixed.
struct Mixture {
  private let augmentation: any BatchAugmentation
  private let random: RandomStream
  private let count: Int
  /// How many places after a sample its partner stands. Batches are shuffled, so this is as good as any assignment.
  private let distance: Int

  /// The mixture of a batch of `count` samples.
  ///
  /// - Parameter batchNumber: counts the batches of the run.
  init(_ augmentation: any BatchAugmentation, seed: UInt64, batchNumber: Int, count: Int) {
    self.augmentation = augmentation
    self.count = count
    random = RandomStream(key: RandomStream(key: seed).derived(0x3111_A7E5).key, counter: UInt64(batchNumber))
    distance = count > 1 ? 1 + random.integer(below: count - 1, at: 0) : 0
  }

  /// The place of a sample's partner.
  private func partner(_ row: Int) -> Int { (row + distance) % count }

  /// What a sample keeps of itself; a sample alone in its batch keeps all.
  private func share(_ row: Int) -> Double { distance > 0 ? augmentation.share(random.sample(row)) : 1 }

  /// Mixes samples of `width` numbers each: target := a x + (1 - a) x'.
  ///
  /// Reads two numbers and writes one for each number of the batch: the floor is the memory's bandwidth.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func mix<S: Scalar>(_ source: Buffer<S>, into target: Buffer<S>, width: Int, workers: WorkerPool) {
    workers.run(count: count, grain: max(1, 16384 / max(1, width))) { range in
      for row in range {
        let share = S(share(row))
        let rest = 1 - share
        let own = source.base + row * width
        let other = source.base + partner(row) * width
        let to = target.base + row * width
        for i in 0..<width { to[i] = share * own[i] + rest * other[i] }
      }
    }
  }

  /// Mixes labels, one for each sample, as one-hot vectors.
  ///
  /// - Parameter target: count x classes.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func mixLabels<S: Scalar>(_ labels: Buffer<S>, into target: Buffer<S>, classes: Int) {
    for row in 0..<count {
      let share = S(share(row))
      let place = target.slice(from: row * classes, count: classes)
      place.fill(0)
      put(share, labels[row], place)
      put(1 - share, labels[partner(row)], place)
    }
  }
}

/// Writes each of `count` labels one-hot: 1 at its class, 0 at the others; all 0 for a label that is no class.
///
/// - Parameter target: count x classes.
@specialized(where S == Float)
@specialized(where S == Double)
func oneHot<S: Scalar>(_ labels: Buffer<S>, count: Int, into target: Buffer<S>, classes: Int) {
  for row in 0..<count {
    let place = target.slice(from: row * classes, count: classes)
    place.fill(0)
    put(1, labels[row], place)
  }
}

/// Adds to a class's share; labels that are no class have none.
@inline(__always)
private func put<S: Scalar>(_ share: S, _ label: S, _ place: Buffer<S>) {
  guard label >= 0, label < S(place.count) else { return }
  place[Int(label)] += share
}
