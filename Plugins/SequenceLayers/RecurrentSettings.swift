import NNCore

/// What the attributes of a recurrent layer say.
public struct RecurrentSettings: Sendable, Hashable {
  /// The order in which steps are read.
  public enum Direction: String, Sendable, Hashable, CaseIterable {
    /// From the first step to the last.
    case forward
    /// From the last valid step to the first.
    case backward
    /// Two states, one in each order, side by side.
    case both
  }

  /// The numbers of a hidden state.
  public var units: Int
  /// The order in which steps are read.
  public var direction: Direction
  /// Whether the hidden states of all steps are the output, or only those after the step that is read last.
  public var returnsAll: Bool
  /// Layers on top of each other.
  public var layers: Int
  /// The share of hidden states that is dropped between layers in training.
  public var dropout: Double
  /// Whether there are biases.
  public var hasBias: Bool

  /// Settings.
  public init(
    units: Int, direction: Direction = .forward, returnsAll: Bool = true, layers: Int = 1, dropout: Double = 0,
    bias: Bool = true
  ) {
    self.units = units
    self.direction = direction
    self.returnsAll = returnsAll
    self.layers = layers
    self.dropout = dropout
    hasBias = bias
  }

  /// The settings that attributes describe.
  init(_ attributes: Attributes) {
    self.init(
      units: attributes.integer("units"), direction: Direction(rawValue: attributes.text("direction")) ?? .forward,
      returnsAll: attributes.text("return") == "all", layers: attributes.integer("layers"),
      dropout: attributes.number("dropout"), bias: attributes.boolean("bias"))
  }

  /// The attributes of every recurrent layer.
  static let attributes: [AttributeSchema] = [
    .required("units", .integer(1...Shape.maximumElementCount), "The numbers of the hidden state."),
    .optional(
      "direction", .choice(Direction.allCases.map(\.rawValue)), default: .text("forward"),
      "Whether steps are read from the first to the last, the other way round, or both, with a state for each."),
    .optional(
      "return", .choice(["all", "last"]), default: .text("all"),
      "all: the hidden state of every step. last: only the one after the step that is read last."),
    .optional("layers", .integer(1...64), default: .integer(1), "Recurrent layers on top of each other."),
    .optional(
      "dropout", .number(.unitBelowOne), default: .number(0),
      "The share of hidden states that is set to 0 between layers in training."),
    .optional("bias", .boolean, default: .boolean(true), "Whether there are biases."),
  ]
}
