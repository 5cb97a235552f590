import NNCore
import NNFiles
import NNText

/// How the training set was read: what its source was told and what it found out. It is stored with the weights, so that
/// other files are read alike and nothing is guessed again.
public struct SourceRecord: Sendable, Hashable {
  /// What there is to know, by the kind of source.
  package enum Form: Sendable, Hashable {
    /// A table of text.
    case table(TableRecord)
    /// An archive of arrays: the names of those that were inputs and of those that were targets, in order; and for each
    /// input that of its lengths, or `none`, if any has some.
    case archive(inputs: [String], targets: [String], lengths: [String] = [])
    /// Time series: what becomes of missing numbers.
    case timeSeries(missing: TimeSeriesSource.Missing)
    /// A source that leaves nothing open besides its kind, which is the name of its element.
    case other(kind: String)
  }

  /// What there is to know.
  package let form: Form
  /// How samples were cut from a series; nil if they were not.
  package var windows: SeriesWindows?

  /// A record of the given form.
  package init(_ form: Form) { self.form = form }

  /// What is known of a table; nil for another source.
  package var table: TableRecord? { if case .table(let table) = form { table } else { nil } }

  /// The most steps of a sample, where rows of a table are steps; nil if each is a sample.
  package var steps: Int? { table?.groups?.steps ?? windows?.length }

  /// The record with another one of the table.
  func with(_ table: TableRecord) -> SourceRecord {
    var result = SourceRecord(.table(table))
    result.windows = windows
    return result
  }

  /// The record as one JSON object.
  package var json: StrictJSON {
    switch form {
    case .table(let table):
      guard let windows, case .object(let members) = table.json else { return table.json }
      return .object(members + [.init(key: "windows", value: windows.json)])
    case .archive(let inputs, let targets, let lengths):
      var members: [StrictJSON.Member] = [
        .init(key: "kind", value: .text("npz")),
        .init(key: "inputs", value: .array(inputs.map { .text($0) })),
        .init(key: "targets", value: .array(targets.map { .text($0) })),
      ]
      if !lengths.isEmpty { members.append(.init(key: "lengths", value: .array(lengths.map { .text($0) }))) }
      return .object(members)
    case .timeSeries(let missing):
      return .object([
        .init(key: "kind", value: .text(TimeSeriesSource.schema.name)),
        .init(key: "missing", value: .text(missing.rawValue)),
      ])
    case .other(let kind): return .object([.init(key: "kind", value: .text(kind))])
    }
  }

  /// Reads `json` back; nil when it is something else.
  package init?(json: StrictJSON) {
    guard case .text(let kind)? = json["kind"], !kind.isEmpty else { return nil }
    switch kind {
    case CSVSource.schema.name, TextsSource.schema.name:
      guard let table = TableRecord(json: json) else { return nil }
      form = .table(table)
      if let value = json["windows"] {
        guard let windows = SeriesWindows(json: value) else { return nil }
        self.windows = windows
      }
    case "npz":
      guard let inputs = json["inputs"]?.texts, !inputs.isEmpty, let targets = json["targets"]?.texts else {
        return nil
      }
      let lengths = json["lengths"].map(\.texts) ?? []
      guard let lengths, lengths.isEmpty || lengths.count == inputs.count else { return nil }
      form = .archive(inputs: inputs, targets: targets, lengths: lengths)
    case TimeSeriesSource.schema.name:
      guard case .text(let word)? = json["missing"], let missing = TimeSeriesSource.Missing(rawValue: word) else {
        return nil
      }
      form = .timeSeries(missing: missing)
    default: form = .other(kind: kind)
    }
  }
}
