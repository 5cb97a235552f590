import NNCore

/// What the program tells whoever called it.
package enum ExitCode: Int32 {
  /// Done.
  case done = 0
  /// The answer is no: a check failed, a requirement was not met.
  case no = 1
  /// Wrong usage.
  case usage = 64
  /// A wrong model, wrong weights or wrong data.
  case invalid = 65
  /// A file is missing.
  case missing = 66
  /// A defect of this program.
  case defect = 70
  /// A file cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed.
  case inputOutput = 74
  /// Interrupted; a checkpoint was written first.
  case interrupted = 130

  /// The code for a failure.
  package init(_ kind: DiagnosticError.Kind) {
    switch kind {
    case .invalid: self = .invalid
    case .missing: self = .missing
    case .cannotCreate: self = .cannotCreate
    case .inputOutput: self = .inputOutput
    case .usage: self = .usage
    }
  }
}
