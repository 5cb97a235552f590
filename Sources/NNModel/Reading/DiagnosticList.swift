import NNCore
import NNText

/// The messages about a file, gathered in any order and given out in file order.
struct DiagnosticList {
  private struct Entry {
    var diagnostics: [Diagnostic]
    var number: Int
  }

  private var entries: [Entry] = []
  private var seen: Set<Diagnostic> = []
  private let limit: Int
  /// How many names may still be compared for suggestions, so that a hostile file cannot buy hours of comparisons.
  private var comparisons = 20_000
  /// For each included file, the lines and columns at which it is included, from the model inwards.
  var included: [String: [Int]] = [:]
  /// Whether an error is among them.
  private(set) var hasErrors = false

  init(limit: Int) { self.limit = limit }

  /// Whether so many messages are held that more are not worth finding.
  var isFull: Bool { entries.count >= 10 * limit }

  /// Adds a message and the notes that explain how it came about. The same message twice counts once.
  mutating func add(_ diagnostic: Diagnostic, notes: [Diagnostic] = []) {
    if diagnostic.severity == .error { hasErrors = true }
    guard !isFull, seen.insert(diagnostic).inserted else { return }
    entries.append(Entry(diagnostics: [diagnostic] + notes, number: entries.count))
  }

  /// `did you mean '...'?` for the nearest of some names, written as the pattern `format` says.
  mutating func suggestion(
    for word: String, among names: some Collection<String>, _ format: (String) -> String = { "'\($0)'" }
  ) -> String? {
    let considered = names.suffix(2000)
    guard comparisons >= considered.count else { return nil }
    comparisons -= considered.count
    return nearestName(to: word, among: considered).map { "did you mean \(format($0))?" }
  }

  /// The names of those of some elements that other programs call `word`; see `namesHere`.
  mutating func namesHere(
    of word: String, among elements: [ElementSchema], asEnding: Bool = false
  ) -> [String] {
    guard comparisons >= elements.count else { return [] }
    comparisons -= elements.count
    return NNCore.namesHere(of: word, among: elements, asEnding: asEnding)
  }

  /// The messages of one severity in file order, at most the limit.
  func sorted(_ severity: Diagnostic.Severity) -> [Diagnostic] {
    let chosen = entries.filter { $0.diagnostics[0].severity == severity }.sorted {
      order($0).lexicographicallyPrecedes(order($1))
    }
    var result = chosen.prefix(limit).flatMap(\.diagnostics)
    if chosen.count > limit, let last = result.last {
      result.append(
        Diagnostic(
          severity, code: "too-many-messages", "too many \(severity.rawValue)s; these are the first \(limit)",
          place: last.place.map { SourcePlace(file: $0.file, line: 0, column: 0) }))
    }
    return result
  }

  private func order(_ entry: Entry) -> [Int] {
    let place = entry.diagnostics[0].place
    let chain = place.flatMap { included[$0.file] } ?? []
    return chain + [place?.line ?? 0, place?.column ?? 0, entry.number]
  }
}
