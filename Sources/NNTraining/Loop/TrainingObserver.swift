import NNCore

/// A moment of a run, for a progress bar.
public struct TrainingProgress: Sendable {
  /// The epoch at hand, counted from 1.
  public var epoch: Int
  /// Steps done.
  public var steps: Int
  /// Steps in the whole run.
  public var totalSteps: Int
  /// The loss of the epoch so far; of several processes, that of the samples that this one has seen, like `value`.
  public var loss: Double
  /// What the net is measured by besides the loss, such as its accuracy; nil if by nothing else.
  public var metric: Metric?
  /// The value of `metric` in the epoch so far.
  public var value: Double?
  /// Samples trained on in a second, in the epoch at hand.
  public var samplesPerSecond: Double
  /// Seconds that the rest of the run will take at this speed.
  public var secondsLeft: Double
}

/// Observes a training run.
public protocol TrainingObserver: AnyObject {
  /// Whether the next step is to be told of; true unless said otherwise. Asked after every step, so that what nobody looks at is
  /// not gathered.
  var isWatching: Bool { get }
  /// A step is done. Called after every step that is watched: return at once, and take no memory.
  func stepped(_ progress: TrainingProgress)
  /// An epoch is done.
  func finishedEpoch(_ record: TrainingRecord)
}

extension TrainingObserver {
  /// Every step.
  public var isWatching: Bool { true }
}

/// How a run ended.
public enum TrainingOutcome: Sendable {
  /// It ran its whole length.
  case finished
  /// A stopping rule ended it.
  case stopped(any StoppingRule)
  /// The caller asked it to end; it can be resumed.
  case interrupted
  /// The loss, or what a step made of the parameters, was no longer finite.
  case diverged(Divergence)
  /// It ran to its end, but the metric that decides was a finite number after none of its epochs.
  case unjudged(Metric)
}

/// Where numbers stopped being finite.
public struct Divergence: Error, Sendable {
  /// The step, counted from 1.
  public var step: Int
  /// The epoch, counted from 1.
  public var epoch: Int
  /// Whether the loss is what was found; if not, it is the parameters or the layers' state after the step.
  public var isLoss: Bool
  /// The net's input that holds such a number, if one does.
  public var input: String?
  /// The first layer, in order of execution, that holds such a number; nil if only the loss or an input does.
  public var layer: String?
  /// Whether it is in the layer's parameters or state rather than in its output.
  public var isParameter: Bool
  /// The learning rate at that step.
  public var rate: Double
}
