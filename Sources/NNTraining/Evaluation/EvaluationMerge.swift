import NNCore
import NNData

extension Evaluation {
  /// What was gathered on parts of a set, in their order; there is at least one.
  static func merged(_ parts: [Evaluation]) -> Evaluation {
    var merged = parts[0]
    for next in parts.dropFirst() { merged.merge(next) }
    return merged
  }

  /// Adds what was gathered on the samples that follow.
  mutating func merge(_ next: Evaluation) {
    views = next.views
    for index in heads.indices { heads[index].merge(next.heads[index]) }
  }
}

extension HeadEvaluation {
  /// Adds what was gathered on the samples that follow.
  mutating func merge(_ next: HeadEvaluation) {
    mergeTargets(next)
    samples += next.samples
    ignored += next.ignored
    unpredicted += next.unpredicted
    weight += next.weight
    correct += next.correct
    correctAmongTop += next.correctAmongTop
    hasSoftLabels = hasSoftLabels || next.hasSoftLabels
    lossParts.numerator += next.lossParts.numerator
    // A plain sum has the denominator 1, however many samples there are.
    lossParts.denominator =
      head.sumsLoss
      ? max(lossParts.denominator, next.lossParts.denominator) : lossParts.denominator + next.lossParts.denominator
    if let other = next.confusion { confusion?.merge(other) }
    if let other = next.kept { kept?.merge(other) }
  }

  /// The sums of targets are of differences from a first one, which is that of the earlier samples:
  /// with the shift d of the first targets, sum w (x + d) = sum w x + d sum w, and
  /// sum w (x + d)^2 = sum w x^2 + 2 d sum w x + d^2 sum w.
  private mutating func mergeTargets(_ next: HeadEvaluation) {
    guard next.samples > 0 else { return }
    for j in squaredResiduals.indices {
      squaredResiduals[j] += next.squaredResiduals[j]
      let (sum, squares) = (next.targetSums[j], next.targetSquares[j])
      guard samples > 0 else {
        (firstTargets[j], targetSums[j], targetSquares[j]) = (next.firstTargets[j], sum, squares)
        continue
      }
      let shift = next.firstTargets[j] - firstTargets[j]
      targetSums[j] += sum + shift * next.weight
      targetSquares[j] += squares + 2 * shift * sum + shift * shift * next.weight
    }
  }
}
