import NNCore
import NNKernels

/// Mixes each sample of a batch with another one, and their right answers alike.
///
/// Every sample of a batch is the partner of exactly one other; who is whose, and the shares, are functions of the run's
/// seed, the step and the sample's place in its batch alone.
public struct Mixup: DeclaredElement {
  /// The declaration of `<mixup>`.
  public static let schema = ElementSchema(
    .augmentation, "mixup",
    summary: "Mixes each sample with another one of its batch, and its answer with the other's: labels become "
      + "distributions over the classes. It is the last of the changes and works on any numbers, not on pictures only. "
      + "Training accuracy counts the class with the larger share.",
    formula: "x := a x + (1 - a) x', t := a t + (1 - a) t', a from Beta(alpha, alpha)",
    reference: "Zhang, Cisse, Dauphin and Lopez-Paz 2018", example: #"<mixup alpha="0.2"/>"#,
    attributes: [
      .required(
        "alpha", .number(NumberRange(0, 1000, excludesLower: true)),
        "How much samples are mixed: near 0 hardly any, 1 evenly, larger ones half and half.")
    ])

  private let alpha: Double

  public init(attributes: Attributes) throws { alpha = attributes.number("alpha") }

  /// The partners and shares of one batch of `count` samples.
  func mixture(seed: UInt64, batchNumber: Int, count: Int) -> Mixture {
    let random = RandomStream(key: RandomStream(key: seed).derived(0x3111_A7E5).key, counter: UInt64(batchNumber))
    return Mixture(
      alpha: alpha, random: random, count: count,
      distance: count > 1 ? 1 + random.integer(below: count - 1, at: 0) : 0)
  }
}

/// How the samples of one batch are mixed.
struct Mixture {
  fileprivate let alpha: Double
  fileprivate let random: RandomStream
  fileprivate let count: Int
  /// How many places after a sample its partner stands. Batches are shuffled, so this is as good as any assignment.
  fileprivate let distance: Int

  /// The place of a sample's partner.
  func partner(_ row: Int) -> Int { (row + distance) % count }

  /// What a sample keeps of itself; a sample alone in its batch keeps all.
  func share(_ row: Int) -> Double {
    guard distance > 0 else { return 1 }
    let own = RandomStream(key: random.key ^ (UInt64(row) &+ 1) &* 0xD1B5_4A32_D192_ED03, counter: random.counter)
    return own.symmetricBeta(alpha)
  }

  /// Mixes rows of `width` numbers of `source` into `target`.
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

  /// Makes distributions over `classes` classes of one label for each sample.
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

/// Makes distributions that are certain of one class each.
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
