import NNCore
import NNData
import NNKernels

/// The nets that train on batches of sequences: the whole one, and nets of a half, a quarter and so on of its steps on the same
/// parameters, gradients and state, so that a batch is computed to about its longest sample only.
///
/// A batch's net follows from the lengths of its samples alone. Memory for the shorter nets is taken where there is some: together
/// at most what the whole net takes.
final class SequenceNetworks<S: Scalar> {
  /// A net for up to `steps` steps.
  private struct Rung {
    let steps: Int
    let network: Network<S>
    /// The samples at hand, of so many steps each.
    let samples: Storage<S>
  }

  /// The net of all steps.
  let whole: Network<S>
  /// The net that the last batch was bound to.
  private(set) var current: Network<S>
  /// The place of the sequence among the free inputs.
  private let place: Int
  /// Scalars of a step, and of a sample.
  private let width: Int
  private let sampleWidth: Int
  /// The fewest steps first; empty where all batches go through the whole net.
  private let rungs: [Rung]

  init(_ whole: Network<S>) {
    self.whole = whole
    current = whole
    let plan = whole.plan
    let definition = plan.definition
    let sequences = definition.inputs.indices.filter { definition.inputs[$0].hasLength }
    guard sequences.count == 1, let place = definition.freeInputs.firstIndex(of: sequences[0]) else {
      (place, width, sampleWidth, rungs) = (0, 0, 0, [])
      return
    }
    let shape = definition.inputs[sequences[0]].shape
    self.place = place
    sampleWidth = shape.elementCount
    width = shape.elementCount / shape[0]
    var rungs: [Rung] = []
    for steps in plan.fewerSteps(ofInput: sequences[0]) {
      guard let shorter = plan.shortened(to: steps, input: sequences[0]), shorter.judgesAlike(plan),
        (try? NetworkMemory.require(
          shorter, batch: whole.maximumBatch, options: whole.options, scalarSize: MemoryLayout<S>.size)) != nil
      else { break }
      rungs.append(
        Rung(
          steps: steps, network: Network(sharing: whole, as: shorter, batch: whole.maximumBatch),
          samples: Storage(count: whole.maximumBatch * steps * width)))
    }
    self.rungs = rungs.reversed()
  }

  /// Makes the net with the fewest steps that hold all of some samples of the feed's batch read them.
  ///
  /// - Returns: that net.
  @specialized(where S == Float)
  func bind(_ bindings: FeedBindings, _ feed: BatchFeed<S>, _ samples: Range<Int>) -> Network<S> {
    current = whole
    if !rungs.isEmpty, let lengths = feed.lengths(place) {
      var longest = 0
      for sample in samples { longest = max(longest, Int(lengths[sample])) }
      var index = 0
      while index < rungs.count, rungs[index].steps < longest { index += 1 }
      if index < rungs.count {
        let rung = rungs[index]
        current = rung.network
        if current.seed != whole.seed { current.seed = whole.seed }
        let all = feed.input(place)
        let (from, to) = (sampleWidth, rung.steps * width)
        for sample in samples {
          let valid = Int(lengths[sample]) * width
          rung.samples.buffer.slice(from: (sample - samples.lowerBound) * to, count: valid).copy(
            from: all.slice(from: sample * from, count: valid))
        }
        clearBeyondSteps()
        bindings.bind(current, feed, samples, sequence: place, to: rung.samples.buffer)
        return current
      }
    }
    bindings.bind(current, feed, samples)
    return current
  }

  /// Clears the gradients of the steps that the net at hand does not have.
  private func clearBeyondSteps() {
    for index in whole.plan.parameters.indices {
      let (range, own) = (whole.plan.parameters[index].range, current.plan.parameters[index].range)
      guard own.count < range.count else { continue }
      whole.gradients.slice(from: own.upperBound, count: range.upperBound - own.upperBound).fill(0)
    }
  }
}

extension NetworkPlan {
  /// Whether all that losses compare has the shapes that it has in a net of more steps.
  fileprivate func judgesAlike(_ other: NetworkPlan) -> Bool {
    targets == other.targets && shape(of: prediction) == other.shape(of: other.prediction)
      && lossNodes.allSatisfy { layers[$0].outputs == other.layers[$0].outputs }
  }
}
