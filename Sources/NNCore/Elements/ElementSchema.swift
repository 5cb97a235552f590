/// What an element is for.
public enum ElementKind: String, Sendable, CaseIterable {
  case layer, loss, source, column, preprocessing, augmentation, optimizer, schedule, stopping
  /// What gives a model file its structure, such as `<network>` and `<input>`; never registered.
  case structure

  /// The section of a model file in which elements of this kind stand.
  public var section: ModelSection {
    switch self {
    case .layer, .loss: .network
    case .source: .data
    case .column: .columns
    case .preprocessing: .preprocess
    case .augmentation: .augment
    case .optimizer, .schedule, .stopping: .training
    case .structure: .model
    }
  }
}

/// A section of a model file.
public enum ModelSection: String, Sendable, CaseIterable {
  case data, columns, preprocess, augment, network, training
  /// The file's root.
  case model
}

/// One attribute of an element: its name, what it may hold, and what it means.
public struct AttributeSchema: Sendable, Hashable {
  /// The attribute's name.
  public var name: String
  /// What it may hold.
  public var kind: AttributeKind
  /// The value that holds when it is left out; nil when it must be given, or when leaving it out means something of
  /// its own.
  public var defaultValue: AttributeValue?
  /// Whether it must be given.
  public var isRequired: Bool
  /// What it means, in one sentence.
  public var documentation: String

  /// An attribute that must be given.
  public static func required(_ name: String, _ kind: AttributeKind, _ documentation: String) -> AttributeSchema {
    AttributeSchema(name: name, kind: kind, defaultValue: nil, isRequired: true, documentation: documentation)
  }

  /// An attribute that may be left out, with or without a default.
  public static func optional(
    _ name: String, _ kind: AttributeKind, default value: AttributeValue? = nil, _ documentation: String
  ) -> AttributeSchema {
    AttributeSchema(name: name, kind: kind, defaultValue: value, isRequired: false, documentation: documentation)
  }
}

/// The declaration of an element of a model file: all that the loader, the schema, the manual and the tests know of it.
public struct ElementSchema: Sendable, Hashable {
  /// The namespace of the project's own elements.
  public static let standardNamespace = "urn:nnrun:model:1"

  /// What it is for.
  public var kind: ElementKind
  /// The element's name.
  public var name: String
  /// The XML namespace, which names who made it.
  public var namespace: String
  /// What it does, in one sentence.
  public var summary: String
  /// The formula, in plain text; empty where there is none.
  public var formula: String
  /// Where the formula or the idea comes from; empty where it is common knowledge.
  public var reference: String
  /// An example: the element as a model file writes it.
  public var example: String
  /// The attributes, in the order in which the manual shows them.
  public var attributes: [AttributeSchema]
  /// How many inputs a layer takes (its target not counted).
  public var inputs: ClosedRange<Int>

  /// A declaration.
  public init(
    _ kind: ElementKind, _ name: String, namespace: String = ElementSchema.standardNamespace, summary: String,
    formula: String = "", reference: String = "", example: String, attributes: [AttributeSchema] = [],
    inputs: ClosedRange<Int> = 1...1
  ) {
    self.kind = kind
    self.name = name
    self.namespace = namespace
    self.summary = summary
    self.formula = formula
    self.reference = reference
    self.example = example
    self.attributes = attributes
    self.inputs = inputs
  }

  /// The attribute called `name`, the common ones of its kind included.
  public func attribute(_ name: String) -> AttributeSchema? {
    allAttributes.first { $0.name == name }
  }

  /// The element's own attributes and those that every element of its kind has.
  public var allAttributes: [AttributeSchema] {
    switch kind {
    case .layer: attributes + Self.layerAttributes
    case .loss: attributes + Self.lossAttributes
    case .source: attributes.contains { $0.name == "role" } ? attributes : Self.sourceAttributes + attributes
    default: attributes
    }
  }

  /// What every data source may carry.
  public static let sourceAttributes: [AttributeSchema] = [
    .optional("role", .choice(["train", "validation", "test"]), default: .text("train"), "What the data is for.")
  ]

  /// What every layer may carry.
  public static let layerAttributes: [AttributeSchema] = [
    .optional("name", .name, "The layer's name, unique in the model; its type and a number unless given."),
    .optional(
      "from", .names,
      "The layers or inputs that it reads, and a.2 for the second output of a; the element before it unless given."),
    .optional("freeze", .boolean, default: .boolean(false), "Whether its parameters keep their values in training."),
    .optional(
      "rateScale", .number(.nonNegative), default: .number(1), "Factor on the learning rate of its parameters."),
    .optional("share", .name, "The earlier layer of the same type whose parameters it uses."),
  ]

  /// What every loss may carry.
  public static let lossAttributes: [AttributeSchema] = [
    .optional("name", .name, "The loss's name, unique in the model; its type and a number unless given."),
    .optional("from", .names, "The layer that it judges; the element before it unless given."),
    .optional("target", .name, default: .text("label"), "The column or array of the data that holds the right answer."),
    .optional("weight", .number(.nonNegative), default: .number(1), "Factor on this loss in the sum of all losses."),
  ]
}
