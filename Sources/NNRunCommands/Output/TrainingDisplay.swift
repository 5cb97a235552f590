import NNCommandLine
import NNCore
import NNText
import NNTraining

/// Shows a training: a bar on a terminal, and a line for about forty epochs, or for each so many of them.
final class TrainingDisplay: TrainingObserver {
  private var bar: ProgressBar
  private let settings: TrainingSettings
  private let isQuiet: Bool
  private let isTerminal: Bool
  private let stride: Int
  private let digits: Int

  /// - Parameter every: a line for each so many epochs, with more digits of the loss.
  init(_ environment: Environment, isQuiet: Bool, settings: TrainingSettings, every: Int?) {
    bar = ProgressBar(environment, isQuiet: isQuiet)
    self.settings = settings
    self.isQuiet = isQuiet
    isTerminal = environment.isTerminal
    digits = every == nil ? 4 : 10
    if let every {
      stride = every
    } else if case .epochs(let epochs) = settings.length {
      stride = max(1, epochs / 40)
    } else {
      stride = 1
    }
  }

  var isWatching: Bool { bar.isDue(now: monotonicSeconds()) }

  func stepped(_ progress: TrainingProgress) {
    let share = Double(progress.steps) / Double(max(1, progress.totalSteps))
    bar.draw(share, text(progress), now: monotonicSeconds())
  }

  private func text(_ progress: TrainingProgress) -> String {
    var text = "epoch \(progress.epoch)  \(Metric.loss.label) \(Metric.loss.text(progress.loss, digits: 4))"
    if let metric = progress.metric, let value = progress.value {
      text += "  \(metric.label) \(metric.text(value, digits: 4))"
    }
    return text + "  \(perSecond(progress.samplesPerSecond))  \(duration(progress.secondsLeft)) left"
  }

  func finishedEpoch(_ record: TrainingRecord) {
    guard !isQuiet, record.epoch % stride == 0 || record.epoch == 1 else { return }
    var text = "epoch \(record.epoch)" + scores(record.training, lossDigits: digits)
    if let validation = record.validation { text += "  validation" + scores(validation, lossDigits: 4).dropFirst() }
    bar.say(text + "  \(duration(record.seconds))")
  }

  /// The values of the metrics with curves, each after two spaces.
  private func scores(_ scores: TrainingRecord.Scores, lossDigits: Int) -> String {
    Metric.all.filter(\.isCurve).compactMap { metric in
      scores.value(metric).map { "  \(metric.label) \(metric.text($0, digits: metric == .loss ? lossDigits : 4))" }
    }.joined()
  }

  /// Removes the bar.
  func clear() { bar.clear() }
}
