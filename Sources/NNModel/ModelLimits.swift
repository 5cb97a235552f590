/// How large a model file may be. Every limit is far above what a model needs, and low enough that no file can take
/// memory or time out of proportion.
public struct ModelLimits: Sendable, Hashable {
  /// Bytes in the file, and in its text once decoded to UTF-8.
  public var fileBytes = 12 << 20
  /// Elements inside one another; also uses of blocks inside one another.
  public var depth = 64
  /// Bytes in one attribute's value.
  public var attributeBytes = 64 << 10
  /// Attributes on one element.
  public var attributesPerElement = 64
  /// Attributes in the file.
  public var attributes = 400_000
  /// Elements in the file.
  public var elements = 112_000
  /// Declarations of a namespace in the file.
  public var namespaces = 64
  /// The times that one `<repeat>` may say.
  public var repeats = 10_000
  /// Elements after every block and `<repeat>` has been written out.
  public var expandedElements = 112_000
  /// Bytes in the values of those elements' attributes; a value that one reads counts 8.
  public var expandedBytes = 8 << 20
  /// Values that one layer may read.
  public var inputsPerLayer = 4096
  /// Layers that a model may define.
  public var definitions = 1000
  /// Files that a model may include.
  public var includes = 100
  /// Files that may include one another in a row.
  public var includeDepth = 16
  /// Messages that are kept; what is beyond is only counted.
  public var messages = 100

  /// The standard limits.
  public init() {}

  /// The standard limits.
  public static let standard = ModelLimits()
}
