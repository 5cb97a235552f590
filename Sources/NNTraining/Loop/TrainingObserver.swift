import NNCore

/// The progress of a run, for a progress bar.
public struct TrainingProgress: Sendable {
  /// The current epoch, counted from 1.
  public var epoch: Int
  /// Steps done.
  public var steps: Int
  /// Steps in the whole run.
  public var totalSteps: Int
  /// The mean loss of the current epoch so far.
  public var loss: Double
  /// What the net is measured by besides the loss, such as its accuracy; nil if by nothing else.
  public var metric: Metric?
  /// The value of `metric` in the epoch so far.
  public var value: Double?
  /// Throughput in the current epoch, in samples per second.
  public var samplesPerSecond: Double
  /// Estimated seconds to the end of the run.
  public var secondsLeft: Double
}

/// An observer of a run.
public protocol TrainingObserver: AnyObject {
  /// Called after every step: return at once, and allocate nothing.
  func stepped(_ progress: TrainingProgress)
  /// Called after every epoch.
  func finishedEpoch(_ record: TrainingRecord)
}

/// How a run ended.
public enum TrainingOutcome: Sendable {
  /// It ran its whole length.
  case finished
  /// A stopping rule ended it.
  case stopped(EarlyStopping)
  /// Somebody asked it to end; it can be resumed.
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
