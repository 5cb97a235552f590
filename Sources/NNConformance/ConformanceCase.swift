import NNCore

/// A layer with certain attributes and input shapes, as the conformance checks run it.
public struct ConformanceCase: Sendable {
  /// What the numbers of a target may be.
  public enum TargetValues: Sendable {
    /// Any numbers.
    case numbers
    /// Numbers from 0 to 1.
    case unit
    /// Positive numbers that add up to 1 along the last dimension.
    case distributions
  }

  /// The element's name.
  public var name: String
  /// The element's namespace.
  public var namespace: String
  /// The attributes that are given.
  public var attributes: [String: AttributeValue]
  /// The shape of one sample of each input.
  public var inputs: [Shape]
  /// Which of the target forms of the layer's plan a loss is judged by.
  public var target: Int
  /// What a loss's target holds if it does not hold classes.
  public var targetValues: TargetValues
  /// The standard deviation of the inputs.
  public var spread: Double
  /// Whether the inputs are magnitudes of at least 0.25, for functions that are defined, or tame, only there.
  public var isPositive: Bool
  /// How far results in single precision may be from those in double precision, relative to the largest number of the
  /// array.
  public var precision: Double
  /// What is special about the case.
  public var note: String
  /// Whether samples have lengths of their own. Inputs and targets then hold NaN beyond them.
  public var hasLengths: Bool
  /// For a layer that reads indices: how many there are.
  public var entries: Int?

  /// A case.
  public init(
    _ name: String, namespace: String = ElementSchema.standardNamespace, _ attributes: [String: AttributeValue] = [:],
    inputs: [Shape], target: Int = 0, targetValues: TargetValues = .numbers, spread: Double = 1.5,
    isPositive: Bool = false, precision: Double = 1e-5, note: String = "",
    hasLengths: Bool = false, entries: Int? = nil
  ) {
    self.name = name
    self.namespace = namespace
    self.attributes = attributes
    self.inputs = inputs
    self.target = target
    self.targetValues = targetValues
    self.spread = spread
    self.isPositive = isPositive
    self.precision = precision
    self.note = note
    self.hasLengths = hasLengths
    self.entries = entries
  }

  /// The layer, made from its attributes as a model file's would be. Throws if the registry does not know it or if
  /// the attributes do not fit.
  public func makeLayer(_ registry: Registry) throws -> any Layer {
    guard let declaration = registry.declaration(of: name, namespace: namespace, in: .network) else {
      throw ElementError(code: "unknown-element", "no layer <\(name)> of \(namespace) is registered")
    }
    let layer = try declaration.layer(attributes)
    guard let entries, let reader = layer as? any IndexReadingLayer else { return layer }
    return try reader.reading(entries: entries)
  }
}

extension ConformanceCase: CustomStringConvertible {
  /// The case as a model file would write it.
  public var description: String {
    let given = attributes.sorted { $0.key < $1.key }.map { " \($0.key)=\"\($0.value.written)\"" }.joined()
    let shapes = inputs.map(\.description).joined(separator: ", ")
    return "<\(name)\(given)/> of \(shapes)" + (target > 0 ? ", target form \(target)" : "")
      + (hasLengths ? ", with lengths" : "") + (note.isEmpty ? "" : ", \(note)")
  }
}
