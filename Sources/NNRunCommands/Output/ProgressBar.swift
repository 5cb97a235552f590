import NNCommandLine
import NNCore
import NNTraining

/// The line at the bottom of a terminal that shows how far a training has come.
struct ProgressBar {
  private let isTerminal: Bool
  private let usesColor: Bool
  private let isQuiet: Bool
  private var width = 0
  private var lastDrawn = -1.0

  init(_ environment: Environment, isQuiet: Bool) {
    isTerminal = environment.isTerminal
    usesColor = environment.usesColor
    self.isQuiet = isQuiet
  }

  /// Whether the bar would be redrawn.
  func isDue(now: Double) -> Bool { isTerminal && !isQuiet && now - lastDrawn > 0.1 }

  /// Redraws the bar, at most ten times a second.
  ///
  /// - Parameters:
  ///   - share: of the work, from 0 to 1.
  ///   - text: what to show beside it.
  ///   - now: seconds on a clock that never goes back.
  mutating func draw(_ share: Double, _ text: @autoclosure () -> String, now: Double) {
    guard isDue(now: now) else { return }
    lastDrawn = now
    let cells = 24
    let full = Int((max(0, min(1, share)) * Double(cells)).rounded(.down))
    let bar = String(repeating: "━", count: full)
    let rest = String(repeating: "─", count: cells - full)
    let painted = usesColor ? "\u{1B}[36m\(bar)\u{1B}[90m\(rest)\u{1B}[0m" : bar + rest
    let line = "\(painted) \(text())"
    let visible = cells + 1 + text().count
    printMessage("\r" + line + String(repeating: " ", count: max(0, width - visible)), terminator: "")
    width = visible
  }

  /// Removes the bar.
  mutating func clear() {
    guard width > 0 else { return }
    printMessage("\r" + String(repeating: " ", count: width) + "\r", terminator: "")
    width = 0
  }

  /// Prints a line above the bar.
  mutating func say(_ text: String) {
    guard !isQuiet else { return }
    clear()
    printMessage(text)
  }
}
