import NNCore

/// Writes messages of the libraries to standard error.
package func printMessages(_ diagnostics: [Diagnostic]) {
  for text in renderedMessages(diagnostics) { printMessage(text) }
}

/// The messages as they are written. Of one kind at one place in a file at most three are, the others are counted: a block that is
/// used a hundred times has each of its faults a hundred times.
package func renderedMessages(_ diagnostics: [Diagnostic]) -> [String] {
  let limit = 3
  let totals = diagnostics.compactMap { RepeatedKind($0) }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  var written: [RepeatedKind: Int] = [:]
  return diagnostics.compactMap { diagnostic in
    let text = diagnostic.forCommandLine.rendered
    guard let kind = RepeatedKind(diagnostic), let total = totals[kind] else { return text }
    let count = written[kind, default: 0] + 1
    written[kind] = count
    if count == limit && total > limit { return "\(text)\n  and \(total - limit) more of this kind at this place" }
    return count <= limit ? text : nil
  }
}

/// What messages have in common that repeat one another: a kind and a place in a file.
private struct RepeatedKind: Hashable {
  var code: String
  var severity: Diagnostic.Severity
  var place: SourcePlace

  init?(_ diagnostic: Diagnostic) {
    guard let place = diagnostic.place, place.line > 0 else { return nil }
    code = diagnostic.code
    severity = diagnostic.severity
    self.place = place
  }
}
