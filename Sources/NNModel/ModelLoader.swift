import NNCore
import NNFiles

/// The parts of a model file that are to be interpreted; the others need only be well-formed. The net always is.
public struct ModelSections: OptionSet, Sendable {
  /// The set's bits.
  public let rawValue: Int

  /// A set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// `<network>` and its blocks, the description, the precision.
  public static let network: ModelSections = []
  /// `<data>`.
  public static let data = ModelSections(rawValue: 1)
  /// `<preprocess>`.
  public static let preprocess = ModelSections(rawValue: 2)
  /// `<training>` and `<augment>`.
  public static let training = ModelSections(rawValue: 4)
  /// The whole file.
  public static let all: ModelSections = [.data, .preprocess, .training]
}

/// Reads model files.
public struct ModelLoader: Sendable {
  private let registry: Registry
  private let limits: ModelLimits
  private let overrideTitle: String

  /// A loader that knows the elements of `registry`.
  ///
  /// - Parameter overrideTitle: what stands before an override in messages, such as the option that gave it.
  public init(registry: Registry, limits: ModelLimits = .standard, overrideTitle: String = "override") {
    self.registry = registry
    self.limits = limits
    self.overrideTitle = overrideTitle
  }

  /// Reads a file. Throws a `DiagnosticError` with everything that is wrong in it, in file order.
  ///
  /// - Parameter overrides: values in place of what the file says, such as `training.epochs=5`.
  public func load(
    path: String, overrides: [String] = [], sections: ModelSections = .all
  ) throws(DiagnosticError) -> ModelDescription {
    let bytes = try FileReading.bytes(path, limit: limits.fileBytes)
    return try load(
      decoded: TextDecoder(file: path, limits: limits).decode(bytes), file: path, isFile: true, overrides: overrides,
      sections: sections)
  }

  /// Reads a file's bytes, called `file` in messages; its XML declaration or first bytes say how its text is encoded.
  public func load(
    bytes: [UInt8], file: String, overrides: [String] = [], sections: ModelSections = .all
  ) throws(DiagnosticError) -> ModelDescription {
    guard bytes.count <= limits.fileBytes else {
      throw DiagnosticError(code: "file-too-large", file: file, "the text is larger than \(limits.fileBytes) bytes")
    }
    return try load(
      decoded: TextDecoder(file: file, limits: limits).decode(bytes), file: file, isFile: false, overrides: overrides,
      sections: sections)
  }

  /// Reads a text, called `file` in messages. What its XML declaration says about an encoding does not matter.
  public func load(
    text: String, file: String, overrides: [String] = [], sections: ModelSections = .all
  ) throws(DiagnosticError) -> ModelDescription {
    let text = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
    let bytes = Array(text.utf8)
    guard bytes.count <= limits.fileBytes else {
      throw DiagnosticError(code: "file-too-large", file: file, "the text is larger than \(limits.fileBytes) bytes")
    }
    try TextDecoder(file: file, limits: limits).check(bytes)
    return try load(decoded: bytes, file: file, isFile: false, overrides: overrides, sections: sections)
  }

  private func load(
    decoded bytes: [UInt8], file: String, isFile: Bool, overrides: [String], sections: ModelSections
  ) throws(DiagnosticError) -> ModelDescription {
    let tree = try parseXML(SourceText(file: file, bytes: bytes), limits: limits)
    var includes = IncludeReading(tree, isFile: isFile, limits: limits)
    includes.resolve()
    var reader = ModelReader(
      includes, registry: registry, limits: limits, sections: sections, overrides: overrides,
      overrideTitle: overrideTitle)
    return try reader.read()
  }
}
