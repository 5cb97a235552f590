import NNCore

/// All rows were left out.
struct NoRowsLeft: Error {
  /// What was wrong with them, in their order; at least one.
  let problems: [Diagnostic]
  let file: String

  /// The error where there are no other rows.
  var error: DiagnosticError {
    DiagnosticError(
      code: "no-samples", file: file, "every row has something wrong in it: " + (problems.first?.message ?? ""))
  }
}

/// What becomes of rows with something wrong in them: they are an error, or are left out and told of.
struct BadRows {
  /// Whether they are left out.
  let areLeftOut: Bool
  /// What was wrong with those that were left out, in the order of the rows.
  private(set) var problems: [Diagnostic] = []

  init(areLeftOut: Bool = false) { self.areLeftOut = areLeftOut }

  /// Notes what is wrong with a row; throws it unless such rows are left out.
  mutating func leaveOut(_ error: DiagnosticError) throws(DiagnosticError) {
    guard areLeftOut else { throw error }
    problems += error.diagnostics
  }
}
