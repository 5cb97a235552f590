import NNCore
import NNModel

/// How a net is trained: what the `<training>` element says, checked and with defaults.
public struct TrainingSettings: Sendable {
  /// How long a run is.
  public enum Length: Sendable, Hashable {
    /// Passes over the training set.
    case epochs(Int)
    /// Batches.
    case steps(Int)
  }

  /// How long the run is.
  public var length: Length
  /// Samples in a batch; the last batch of an epoch may be smaller.
  public var batch: Int
  /// Seed of initial values, shuffling and random layers.
  public var seed: UInt64
  /// Whether the samples are shuffled in each epoch.
  public var shuffles: Bool
  /// Gradient clipping by norm: the largest Euclidean norm of the gradient of all parameters; a larger one is scaled
  /// down.
  public var clipNorm: Double?
  /// Gradient clipping by value: the largest magnitude of an element, after clipping by norm.
  public var clipValue: Double?
  /// The optimizer.
  public var optimizer: any Optimizer
  /// The learning-rate schedule.
  public var schedule: any Schedule
  /// Into how many parts each batch is cut, a power of two; see `ShardedStep`. 1 for whole batches.
  public var shards: Int
  /// Whether gradients are added in bfloat16, as which they then go from process to process; see `ShardedStep`.
  public var roundsGradients = false
  /// What may end the run before its length.
  public var stopping: (any StoppingRule)?

  /// Settings; what is left out has the usual default.
  public init(
    length: Length = .epochs(TrainingDefaults.epochs), batch: Int = TrainingDefaults.batch,
    seed: UInt64 = UInt64(TrainingDefaults.seed), shuffles: Bool = TrainingDefaults.shuffle, clipNorm: Double? = nil,
    clipValue: Double? = nil, optimizer: any Optimizer = StochasticGradientDescent(rate: 0.01, momentum: 0.9),
    schedule: any Schedule = ConstantRate(), shards: Int = 1, stopping: (any StoppingRule)? = nil
  ) {
    self.length = length
    self.batch = batch
    self.seed = seed
    self.shuffles = shuffles
    self.clipNorm = clipNorm
    self.clipValue = clipValue
    self.optimizer = optimizer
    self.schedule = schedule
    self.shards = shards
    self.stopping = stopping
  }

  /// The most samples that go through the net at once, in a training on the given number of them.
  public func samplesAtOnce(of samples: Int) -> Int { ShardCut(samples: min(batch, samples), shards: shards).largest }

  /// The rate of the step that begins when `steps` are done, in a run of `stepsPerEpoch` batches per epoch.
  public func rate(steps: Int, stepsPerEpoch: Int) -> Double {
    let clock: TrainingClock
    switch length {
    case .epochs(let epochs):
      clock = TrainingClock(position: Double(steps) / Double(max(1, stepsPerEpoch)), total: Double(epochs))
    case .steps(let total): clock = TrainingClock(position: Double(steps), total: Double(total))
    }
    return optimizer.rate * schedule.factor(clock)
  }

  /// The number of steps in the whole run.
  public func totalSteps(stepsPerEpoch: Int) -> Int {
    switch length {
    case .epochs(let epochs): epochs * stepsPerEpoch
    case .steps(let steps): steps
    }
  }
}
