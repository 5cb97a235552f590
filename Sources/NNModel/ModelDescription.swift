import NNCore
import NNFormulas

/// A model file, read and checked: what it says, with places.
public struct ModelDescription: Sendable {
  /// The floating-point type that a net computes with: 32 or 64 bits.
  public enum Precision: String, Sendable, Hashable, CaseIterable { case float, double }

  /// The model's name; the file's, without its extension, unless the file gives one.
  public var name: String
  /// The file, as the user gave it.
  public var file: String
  /// A complete text of the model, overrides applied, in UTF-8: what is stored with weights.
  public var text: String
  /// What the model is, for people.
  public var summary: String?
  /// The floating-point type that the net computes with.
  public var precision: Precision
  /// The names of the classes.
  public var classes: [String]?
  /// The data sources, in order. Their attribute `role` says what the data is for.
  public var sources: [ModelElement]
  /// Parts of the data that are set aside, in order.
  public var splits: [SplitDescription]
  /// What each column of a table is; nil if the model does not say.
  public var columns: ColumnsDescription?
  /// What is done to every sample, in order.
  public var preprocessing: [ModelElement]
  /// Random changes in training, in order.
  public var augmentation: [ModelElement]
  /// In how many ways the trained net looks at a picture; nil for one.
  public var views: ViewsDescription?
  /// The net's inputs and layers in order, blocks and repetitions written out.
  public var network: [NetworkElement]
  /// How the net is trained.
  public var training: TrainingDescription?
  /// The plug-ins whose layers it uses.
  public var plugins: [PluginIdentity]
  /// The libraries that it asks for, as it calls them.
  package var libraries: [String]
  /// The layers that the model itself defines.
  package var definitions: [LayerDefinition]
  /// What is allowed but hardly meant, as far as the file alone shows it; see `warnings(with:)`.
  public var warnings: [Diagnostic] { messages.sorted(.warning) }
  /// Whether inputs that read columns have the widths that a table has given them.
  var isResolved = false
  /// What the loader found.
  var messages: DiagnosticList
  /// The texts of the file and of those that it includes.
  var texts: [SourceText]
  /// Where `<model>` stands, for messages about something that is missing.
  package var modelPlace: SourcePlace
  /// Where `<network>` stands.
  package var networkPlace: SourcePlace
}

/// An element of a model file with its attributes, checked against its declaration.
public struct ModelElement: Sendable {
  /// The declaration.
  public let schema: ElementSchema
  /// The element itself, made from its attributes.
  public let element: any ElementValue
  /// Its attributes, defaults filled in.
  public let attributes: Attributes
  /// The namespace prefix that the file uses; empty for the default namespace.
  public let prefix: String
  /// What stands inside it: the windows of a source.
  public internal(set) var children: [ModelElement] = []
  let position: SourcePosition
  let given: [SourceAttribute]
  let source: SourceText

  /// Where the element starts.
  public var place: SourcePlace { source.place(position) }
  /// The source line there.
  public var sourceLine: String? { sourceLine(place) }
  /// Where the value of each given attribute is.
  public var attributePlaces: [String: SourcePlace] {
    var places: [String: SourcePlace] = [:]
    for attribute in given { places[attribute.name] = source.place(attribute) }
    return places
  }

  /// The same element of a file with another value.
  ///
  /// - Parameter attributes: those that make the value; the same unless given.
  func with(_ value: any ElementValue, attributes: Attributes? = nil) -> ModelElement {
    ModelElement(
      schema: schema, element: value, attributes: attributes ?? self.attributes, prefix: prefix, position: position,
      given: given,
      source: source)
  }

  fileprivate func sourceLine(_ place: SourcePlace) -> String? { source.line(place.line) }
}

extension ElementError {
  /// The error as a message about an element: at the attribute to blame if the element has it, else at the element.
  package func diagnostic(
    _ severity: Diagnostic.Severity = .error, at element: ModelElement
  ) -> Diagnostic {
    let place = attribute.flatMap { element.attributePlaces[$0] } ?? element.place
    return Diagnostic(
      severity, code: code, message, remedy: remedy, place: place, sourceLine: element.sourceLine(place))
  }
}

extension ModelDescription {
  /// The line of the file or of an included one at a place.
  func sourceLine(_ place: SourcePlace) -> String? { texts.first { $0.file == place.file }?.line(place.line) }
}

/// An input or a layer of the net.
public struct NetworkElement: Sendable {
  /// A value that a layer reads.
  public struct Reference: NetworkOutput, Hashable {
    /// The index of an earlier element of the net.
    public var element: Int
    /// Which of its outputs.
    public var output: Int
  }

  /// The full name, unique in the net.
  public var name: String
  /// What it reads; nothing for an input.
  public var inputs: [Reference]
  /// The layer whose parameters it uses, by index of an earlier element.
  public var sharedWith: Int?
  /// The element. `Input` for an input; otherwise a layer or a loss.
  public var element: ModelElement
  /// Whether it is an input of the net.
  public var isInput: Bool { element.element is Input }

  /// The element `<input>`.
  public struct Input: DeclaredElement, Hashable {
    /// The declaration of `<input>`.
    public static var schema: ElementSchema { ModelStructure.input.schema }
    /// The shape of one sample; a row of 1 while `readsColumns`.
    public let shape: Shape
    /// Whether the shape is a row as wide as `<columns>` makes it, which is known when the table has been read.
    public let readsColumns: Bool
    /// Fixed elements, if there are any.
    public let value: [Double]?
    /// Whether samples have lengths of their own.
    public let hasLength: Bool
    /// If elements are indices: how many there are.
    public let entries: Int?

    /// An input with the given attributes. Throws an `ElementError` unless they give a shape that the value fills.
    public init(attributes: Attributes) throws {
      value = attributes.has("value") ? attributes.numbers("value") : nil
      readsColumns = attributes["shape"] == .text("columns")
      if readsColumns {
        shape = Shape(1)
        guard value == nil else {
          throw ElementError(
            code: "bad-value", "an input that reads columns has no value of its own", remedy: "remove one of the two",
            attribute: "value")
        }
      } else if attributes.has("shape") {
        shape = attributes.shape("shape")
      } else if let value, let row = Shape([value.count]) {
        shape = row
      } else {
        throw ElementError(code: "missing-attribute", "<input> needs a shape", remedy: "for instance shape=\"64\"")
      }
      hasLength = attributes.has("length")
      entries = attributes.has("entries") ? attributes.integer("entries") : nil
      let isIndex = attributes.text("kind") == "index"
      // What columns hold says how many indices there are.
      guard (entries != nil) == isIndex || readsColumns && isIndex else {
        throw ElementError(
          code: entries == nil ? "missing-attribute" : "exclusive-attributes",
          entries == nil ? "<input> does not say how many indices there are" : "<input> has entries, but no indices",
          remedy: entries == nil ? "for instance entries=\"5000\"" : "write kind=\"index\", or leave entries out",
          attribute: entries == nil ? "kind" : "entries")
      }
      try NetworkDefinition.Input.check(value, fills: shape, hasLength: hasLength, entries: entries)
    }

    /// An input that reads the columns of a table, which have been found to be a row of so many numbers, or indices.
    init(columns shape: Shape, entries: Int?, hasLength: Bool) {
      (self.shape, self.entries, self.hasLength) = (shape, entries, hasLength)
      (readsColumns, value) = (true, nil)
    }
  }
}

/// What each column of a table is.
public struct ColumnsDescription: Sendable {
  /// The texts that stand for a gap besides an empty field; nil for the usual ones.
  public var missingValues: [String]?
  /// The elements of `<columns>`, in order.
  public var elements: [ModelElement]
  /// Where it stands.
  public var place: SourcePlace
}

/// A part of the data that is set aside.
public struct SplitDescription: Sendable, Hashable {
  /// The role that the part gets: train, validation or test.
  public var role: String
  /// The role that it is taken from.
  public var from: String
  /// Which samples are taken.
  public enum Choice: Sendable, Hashable {
    /// Drawn at random; stratified nil leaves it to the data: yes when it has classes.
    case random(stratified: Bool?)
    /// Groups drawn at random, by the texts in a column.
    case groups(column: String)
    /// The last ones by a column's values, or as they stand in the file if it is nil.
    case last(column: String?)
    /// Those with the given text in a column.
    case marked(column: String, value: String)
  }
  /// How much is taken, between 0 and 1; what it says does not matter where samples are marked.
  public var fraction: Double
  /// Which samples are taken.
  public var choice: Choice
  /// Which samples are drawn.
  public var seed: Int
  /// Where it stands.
  public var place: SourcePlace
}

extension SplitDescription {
  /// The column of the table on which the choice depends.
  package var column: String? {
    switch choice {
    case .random: nil
    case .groups(let column), .marked(let column, _): column
    case .last(let column): column
    }
  }

  /// The attributes of `<split>` that say so, in order.
  var attributes: [(name: String, value: String)] {
    var list = [("role", role), ("from", from)]
    if case .marked = choice {} else { list.append(("fraction", AttributeValue.number(fraction).written)) }
    switch choice {
    case .random(let stratified): if let stratified { list.append(("stratified", stratified ? "true" : "false")) }
    case .groups(let column): list.append(("group", column))
    case .last(let column): list.append(("order", column ?? "file"))
    case .marked(let column, let value): list += [("column", column), ("value", value)]
    }
    return list + [("seed", String(seed))]
  }
}

/// In how many ways the trained net looks at a picture.
public struct ViewsDescription: Sendable, Hashable {
  /// The shape of the pictures: channels x height x width, or height x width.
  public var shape: Shape
  /// Whether each view is also taken from left to right.
  public var mirrored: Bool
  /// The pixels by which the picture is moved to each side, up and down; 0 for no such views.
  public var shift: Int
  /// Where it stands.
  public var place: SourcePlace
}

/// How a net is trained.
public struct TrainingDescription: Sendable {
  /// Passes over the training set; nil when the length is given in steps.
  public var epochs: Int?
  /// Updates of the parameters; nil when the length is given in epochs.
  public var steps: Int?
  /// Samples in one step.
  public var batch: Int
  /// Decides the initial weights, the order of samples, dropout.
  public var seed: Int
  /// The largest norm of all gradients together.
  public var clipNorm: Double?
  /// The largest magnitude of one gradient.
  public var clipValue: Double?
  /// Whether each epoch has an order of its own.
  public var shuffle: Bool
  /// Into how many parts each batch is cut; nil for one.
  public var shards: Int?
  /// Whether the gradients of shards are added in bfloat16, as which they then go from process to process.
  public var roundsGradients: Bool
  /// The optimizer, if one is named.
  public var optimizer: ModelElement?
  /// The schedule of the learning rate, if one is named.
  public var schedule: ModelElement?
  /// The rule that ends a training early, if one is named.
  public var stopping: ModelElement?
  /// Where it stands.
  public var place: SourcePlace
}

extension SourceText {
  /// Where an attribute's value is: in the file, or in the override that gave it.
  func place(_ attribute: SourceAttribute) -> SourcePlace {
    if let origin = attribute.origin { return SourcePlace(file: origin, line: 0, column: 0) }
    return place(attribute.valuePosition)
  }
}
