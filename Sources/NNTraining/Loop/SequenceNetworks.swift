import NNCore
import NNData
import NNKernels

/// The nets that train on batches of sequences: the whole one, and nets of a half, a quarter and so on of its steps on the same
/// parameters, gradients and state, so that a batch is computed to about its longest sample only.
///
/// A batch's net follows from the lengths of its samples alone, so that a training has the same bits whatever memory there is:
/// `TrainingMemory` counts that of the shorter nets.
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

  /// - Parameter isOptional: whether shorter nets are left out for which there is too little memory, as in an evaluation, whose bits do
  ///   not depend on them.
  init(_ whole: Network<S>, isOptional: Bool = false) {
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
    for shorter in plan.shorterPlans {
      let steps = shorter.definition.inputs[sequences[0]].shape[0]
      if isOptional,
        (try? NetworkMemory.require(
          shorter, batch: whole.maximumBatch, options: whole.options, scalarSize: MemoryLayout<S>.size)) == nil
      {
        break
      }
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
    guard !rungs.isEmpty, let lengths = feed.lengths(place),
      let index = FewerSteps.choice(rungs.count, steps: { rungs[$0].steps }, lengths: lengths, samples)
    else {
      bindings.bind(whole, feed, samples)
      return whole
    }
    let rung = rungs[index]
    current = rung.network
    if current.seed != whole.seed { current.seed = whole.seed }
    FewerSteps.copy(
      samples, lengths: lengths, width: width, of: feed.input(place), from: sampleWidth, into: rung.samples.buffer,
      to: rung.steps * width)
    clearBeyondSteps()
    bindings.bind(current, feed, samples, sequence: place, to: rung.samples.buffer)
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
  /// The plans of a half of the steps, a quarter and so on by which batches of short sequences are trained; none unless the net reads
  /// one sequence, and its losses compare no steps.
  var shorterPlans: [NetworkPlan] {
    let sequences = definition.inputs.indices.filter { definition.inputs[$0].hasLength }
    guard sequences.count == 1, definition.freeInputs.contains(sequences[0]) else { return [] }
    var plans: [NetworkPlan] = []
    for steps in fewerSteps(ofInput: sequences[0]) {
      guard let shorter = shortened(to: steps, input: sequences[0]), shorter.judgesAlike(self) else { break }
      plans.append(shorter)
    }
    return plans
  }

  /// Whether all that losses compare has the shapes that it has in a net of more steps.
  fileprivate func judgesAlike(_ other: NetworkPlan) -> Bool {
    targets == other.targets && shape(of: prediction) == other.shape(of: other.prediction)
      && lossNodes.allSatisfy { layers[$0].outputs == other.layers[$0].outputs }
  }
}
