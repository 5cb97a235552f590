import NNKernels

/// All ways in which the labels of one sample stand on its steps, by the forward-backward algorithm in logarithms.
///
/// Labels are read with a blank before, between and behind them: state 2 i + 1 is label i, even states are blanks. alpha_t(s)
/// is the logarithm of the probability of all ways to state s at step t, that step included; beta_t(s) of all ways on from
/// there, that step left out.
struct CTCAlignment<S: Scalar> {
  /// Valid steps, and scores of each.
  let steps: Int
  let classes: Int
  let blank: Int
  /// The scores, steps x classes.
  let x: Buffer<S>
  /// The labels, and behind them what is none: the blank, or anything.
  let target: Buffer<S>
  /// The number of labels.
  let labels: Int
  private let memory: Buffer<S>
  /// Minus the logarithm of the labels' probability.
  private(set) var loss: S = 0

  /// Scalars that a sample needs: alpha, beta before and after a step, the logarithm of the sum of exponentials at each step.
  static func memory(steps: Int, labels: Int) -> Int { (steps + 2) * (2 * labels + 1) + steps }

  init(
    steps: Int, classes: Int, blank: Int, x: Buffer<S>, target: Buffer<S>, memory: Buffer<S>
  ) {
    (self.steps, self.classes, self.blank) = (steps, classes, blank)
    (self.x, self.target, self.memory) = (x, target, memory)
    var count = 0
    while count < target.count {
      let label = target[count]
      guard label >= 0, label < S(classes), label != S(blank) else { break }
      count += 1
    }
    labels = count
  }

  private var states: Int { 2 * labels + 1 }
  private var alpha: Buffer<S> { memory.slice(from: 0, count: steps * states) }
  private func beta(_ index: Int) -> Buffer<S> { memory.slice(from: (steps + index) * states, count: states) }
  private var normalizers: Buffer<S> { memory.slice(from: memory.count - steps, count: steps) }

  /// The class of a state.
  @inline(__always)
  private func label(_ state: Int) -> Int { state % 2 == 0 ? blank : Int(target[state / 2]) }

  /// Whether a way may skip the blank before a state: two equal labels need it between them.
  @inline(__always)
  private func skips(_ state: Int) -> Bool {
    state % 2 == 1 && state > 1 && target[state / 2] != target[state / 2 - 1]
  }

  /// Leaves the loss where `keptLoss` finds it.
  func keepLoss() { memory[0] = loss }
  /// The loss that `keepLoss` has left.
  var keptLoss: S { memory[0] }

  /// alpha and the loss.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func computeForward() {
    let (alpha, normalizers, states) = (alpha, normalizers, states)
    for t in 0..<steps {
      let scores = x.slice(from: t * classes, count: classes)
      var top = scores[0]
      for c in 1..<classes where scores[c] > top { top = scores[c] }
      var sum: S = 0
      for c in 0..<classes { sum += S.exp(scores[c] - top) }
      normalizers[t] = top + S.log(sum)
      for s in 0..<states {
        var ways: S
        if t == 0 {
          ways = s < 2 ? 0 : -S.infinity
        } else {
          let before = (t - 1) * states + s
          ways = alpha[before]
          if s > 0 { ways = sumOfLogarithms(ways, alpha[before - 1]) }
          if skips(s) { ways = sumOfLogarithms(ways, alpha[before - 2]) }
        }
        alpha[t * states + s] = ways + (scores[label(s)] - normalizers[t])
      }
    }
    let end = steps * states - 1
    loss = -(states > 1 ? sumOfLogarithms(alpha[end], alpha[end - 1]) : alpha[end])
  }

  /// The gradient of the scores times `scale`; 0 beyond the valid steps.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func computeBackward(probabilities: Buffer<S>, scale: S, into gradient: Buffer<S>, accumulates: Bool) {
    let (alpha, normalizers, states) = (alpha, normalizers, states)
    if !accumulates { gradient.fill(0) }
    guard scale != 0 else { return }
    for back in 0..<steps {
      let t = steps - 1 - back
      let (now, next) = (beta(back % 2), beta(1 - back % 2))
      for s in 0..<states {
        var ways: S = s >= states - 2 ? 0 : -S.infinity
        if back > 0 {
          func way(_ to: Int) -> S { next[to] + (x[(t + 1) * classes + label(to)] - normalizers[t + 1]) }
          ways = way(s)
          if s + 1 < states { ways = sumOfLogarithms(ways, way(s + 1)) }
          if s + 2 < states, skips(s + 2) { ways = sumOfLogarithms(ways, way(s + 2)) }
        }
        now[s] = ways
      }
      for c in 0..<classes { gradient[t * classes + c] += scale * probabilities[t * classes + c] }
      for s in 0..<states {
        gradient[t * classes + label(s)] -= scale * S.exp(alpha[t * states + s] + now[s] + loss)
      }
    }
  }
}

/// log(exp(a) + exp(b)).
@inline(__always)
private func sumOfLogarithms<S: Scalar>(_ a: S, _ b: S) -> S {
  let (top, other) = a > b ? (a, b) : (b, a)
  return top == -S.infinity ? top : top + S.log(1 + S.exp(other - top))
}
