/// A place in a text file; lines and columns count from 1, columns in characters.
public struct SourcePlace: Sendable, Hashable {
  /// The file's path as the user gave it.
  public var file: String
  /// The line.
  public var line: Int
  /// The first column.
  public var column: Int
  /// The column after the last one meant, when more than one character is.
  public var endColumn: Int?

  /// A place.
  public init(file: String, line: Int, column: Int, endColumn: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.endColumn = endColumn
  }
}

/// One thing that is wrong with what the user gave, or worth a warning: where, what, and what to do about it.
public struct Diagnostic: Sendable, Hashable {
  /// How bad it is.
  public enum Severity: String, Sendable { case error, warning, note }

  /// How bad it is.
  public var severity: Severity
  /// A stable name of this kind of message, such as `unknown-attribute`.
  public var code: String
  /// The cause, in one sentence without a full stop.
  public var message: String
  /// What to do, where the message alone does not say it.
  public var remedy: String?
  /// Where it is, if it is in a file.
  public var place: SourcePlace?
  /// The source line at `place`, for the caret.
  public var sourceLine: String?

  /// A diagnostic.
  public init(
    _ severity: Severity = .error, code: String, _ message: String, remedy: String? = nil, place: SourcePlace? = nil,
    sourceLine: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.remedy = remedy
    self.place = place
    self.sourceLine = sourceLine
  }

  /// The message as a compiler would print it: `file:line:column: error: …`, then the line and a caret.
  public var rendered: String {
    var text = ""
    if let place {
      text += place.line > 0 ? "\(place.file):\(place.line):\(place.column): " : "\(place.file): "
    }
    text += "\(severity.rawValue): \(message)"
    if let remedy { text += "; \(remedy)" }
    guard let place, place.line > 0, let sourceLine else { return text }
    let (line, column) = Self.window(sourceLine, column: place.column)
    let width = place.endColumn.map { max(1, min($0 - place.column, line.count - column + 1)) } ?? 1
    text += "\n  \(line)\n  " + String(repeating: " ", count: max(0, column - 1)) + "^"
    text += String(repeating: "~", count: max(0, width - 1))
    return text
  }

  /// At most about 160 characters of the line around the column, tabs as spaces.
  private static func window(_ line: String, column: Int) -> (String, Int) {
    let characters = line.map { $0 == "\t" || $0.isNewline ? " " : $0 }
    let start = column > 120 ? column - 80 : 0
    let end = min(characters.count, start + 160)
    guard start < end else { return ("", 1) }
    return (String(characters[start..<end]), column - start)
  }
}

/// Everything that was found wrong in one pass. It always holds at least one error.
public struct DiagnosticError: Error, Sendable {
  /// What kind of failure it is; the command line turns it into an exit code.
  public enum Kind: Sendable {
    /// The model, the weights or the data are wrong (65).
    case invalid
    /// A file does not exist or cannot be opened (66).
    case missing
    /// A file or folder cannot be created (73).
    case cannotCreate
    /// Reading or writing failed (74).
    case inputOutput
    /// The command was called wrongly (64).
    case usage
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// The messages, in file order.
  public var diagnostics: [Diagnostic]

  /// An error made of several messages.
  public init(_ diagnostics: [Diagnostic], kind: Kind = .invalid) {
    self.kind = kind
    self.diagnostics = diagnostics
  }

  /// An error with a single message.
  public init(
    _ kind: Kind = .invalid, code: String, _ message: String, remedy: String? = nil, place: SourcePlace? = nil
  ) {
    self.init([Diagnostic(code: code, message, remedy: remedy, place: place)], kind: kind)
  }

  /// An error about a file as a whole.
  public init(_ kind: Kind = .invalid, code: String, file: String, _ message: String, remedy: String? = nil) {
    self.init(kind, code: code, message, remedy: remedy, place: SourcePlace(file: file, line: 0, column: 0))
  }
}

extension DiagnosticError: CustomStringConvertible {
  /// All messages, rendered, one after the other.
  public var description: String { diagnostics.map(\.rendered).joined(separator: "\n") }
}

/// What a layer, a data source or an optimizer throws about its own attributes or inputs. Whoever knows the element's
/// place turns it into a `Diagnostic`.
public struct ElementError: Error, Sendable, Hashable {
  /// A stable name of this kind of message.
  public var code: String
  /// The cause.
  public var message: String
  /// What to do.
  public var remedy: String?
  /// The attribute that is to blame, if one is.
  public var attribute: String?

  /// An error of an element.
  public init(code: String, _ message: String, remedy: String? = nil, attribute: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.attribute = attribute
  }

  /// An input shape that a layer cannot take.
  public static func shape(_ message: String, remedy: String? = nil) -> ElementError {
    ElementError(code: "shape-mismatch", message, remedy: remedy)
  }

  /// The error in the words of a file that calls the element by a prefix: a layer knows its name alone.
  package func showing(_ schema: ElementSchema, prefix: String) -> ElementError {
    guard !prefix.isEmpty else { return self }
    var result = self
    result.message = message.replacing("<\(schema.name)>", with: "<\(prefix):\(schema.name)>")
    return result
  }
}
