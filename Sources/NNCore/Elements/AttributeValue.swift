/// The value of an attribute, parsed and checked.
public enum AttributeValue: Sendable, Hashable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case shape(Shape)
  case integers([Int])
  case numbers([Double])
  case words([String])

  /// The value as a model file writes it.
  public var written: String {
    switch self {
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): Self.written(value)
    case .text(let value): value
    case .shape(let value): value.description
    case .integers(let values): values.map(String.init).joined(separator: " ")
    case .numbers(let values): values.map(Self.written).joined(separator: " ")
    case .words(let values): values.joined(separator: " ")
    }
  }

  private static func written(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
  }
}

/// What an attribute may hold. One description serves the parser, the schema and the manual page.
public enum AttributeKind: Sendable, Hashable {
  /// `true` or `false`.
  case boolean
  /// A whole number in a range.
  case integer(ClosedRange<Int>)
  /// A finite number in a range.
  case number(NumberRange)
  /// Any text.
  case text
  /// A name: a letter or underscore, then letters, digits, `_`, `-` or `.`.
  case name
  /// Names separated by white space.
  case names
  /// One of some words.
  case choice([String])
  /// Sizes joined by `x`, such as `3x32x32`.
  case shape
  /// Sizes joined by `x`, or one of some words.
  case shapeOrWord([String])
  /// One whole number, or two joined by `x` for height and width; a single one means both.
  case pair(ClosedRange<Int>)
  /// A pair, or one of some words.
  case pairOrWord(ClosedRange<Int>, [String])
  /// A whole number, or one of some words.
  case integerOrWord(ClosedRange<Int>, [String])
  /// Whole numbers in a range, separated by white space.
  case integers(ClosedRange<Int>)
  /// Finite numbers separated by white space.
  case numbers
  /// Words separated by white space, such as class names.
  case words
  /// A path of a file or folder, relative to the model file.
  case path
}

extension AttributeKind {
  /// `value`, which is of this kind, as a model file writes it.
  package func written(_ value: AttributeValue) -> String {
    switch (self, value) {
    case (.pair, .integers(let sizes)), (.pairOrWord, .integers(let sizes)):
      Set(sizes).count == 1 ? String(sizes[0]) : sizes.map(String.init).joined(separator: "x")
    default: value.written
    }
  }
}

/// A range of numbers with open or closed ends.
public struct NumberRange: Sendable, Hashable {
  /// The lower end, if there is one.
  public var lower: Double?
  /// The upper end, if there is one.
  public var upper: Double?
  /// Whether the lower end itself is excluded.
  public var excludesLower: Bool
  /// Whether the upper end itself is excluded.
  public var excludesUpper: Bool

  /// A range; ends that are left out do not bound it.
  public init(_ lower: Double? = nil, _ upper: Double? = nil, excludesLower: Bool = false, excludesUpper: Bool = false)
  {
    self.lower = lower
    self.upper = upper
    self.excludesLower = excludesLower
    self.excludesUpper = excludesUpper
  }

  /// Any finite number.
  public static let any = NumberRange()
  /// Numbers above 0.
  public static let positive = NumberRange(0, excludesLower: true)
  /// 0 and above.
  public static let nonNegative = NumberRange(0)
  /// From 0 to below 1.
  public static let unitBelowOne = NumberRange(0, 1, excludesUpper: true)
  /// From 0 to 1.
  public static let unit = NumberRange(0, 1)

  /// Whether `value` lies in the range.
  public func contains(_ value: Double) -> Bool {
    if let lower, excludesLower ? value <= lower : value < lower { return false }
    if let upper, excludesUpper ? value >= upper : value > upper { return false }
    return value.isFinite
  }
}

extension NumberRange: CustomStringConvertible {
  /// The range in words, such as `at least 0 and below 1`.
  public var description: String {
    var parts: [String] = []
    if let lower { parts.append((excludesLower ? "above " : "at least ") + AttributeValue.number(lower).written) }
    if let upper { parts.append((excludesUpper ? "below " : "at most ") + AttributeValue.number(upper).written) }
    return parts.joined(separator: " and ")
  }
}
