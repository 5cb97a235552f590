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

  /// Redraws the bar, at most ten times a second.
  ///
  /// - Parameters:
  ///   - share: of the work, from 0 to 1.
  ///   - text: what to show beside it.
  ///   - now: seconds on a clock that never goes back.
  mutating func draw(_ share: Double, _ text: @autoclosure () -> String, now: Double) {
    guard isTerminal, !isQuiet, now - lastDrawn > 0.1 else { return }
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

/// A duration for people: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  if seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
  if seconds < 60 { return "\(significant(seconds, 3)) s" }
  let whole = Int(seconds.rounded())
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
  return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
}

/// A share as a percentage with two places.
func percent(_ share: Double) -> String { "\(fixed(share * 100, 2)) %" }

/// A rate for people, with three digits that mean something: `81,200/s`.
func perSecond(_ rate: Double) -> String {
  guard rate.isFinite, rate >= 0, rate < 1e15 else { return "?/s" }
  if rate < 100 { return "\(significant(rate, 3))/s" }
  var unit = 1.0
  while rate / unit >= 1000 { unit *= 10 }
  return "\(grouped(Int((rate / unit).rounded() * unit)))/s"
}
