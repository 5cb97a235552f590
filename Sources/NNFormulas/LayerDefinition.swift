import NNCore
import NNText

/// A layer as a formula, which a model file gives with `<define>`.
package struct LayerDefinition: Sendable, Hashable {
  /// A trainable array of the layer.
  struct Parameter: Sendable, Hashable {
    var name: String
    var spread: ElementGraph.Spread
    /// The value of each element before training: a number, or the name of an attribute.
    var initial: Initial

    enum Initial: Sendable, Hashable {
      case number(Double)
      case attribute(String)
    }
  }

  /// What is wrong with a definition.
  package struct Fault: Error, Sendable {
    /// The attribute of `<define>` to blame; nil for the formula.
    package var attribute: String?
    /// The cause.
    package var message: String
    /// What to do.
    package var remedy: String?
    /// In the formula, the index of the character.
    package var place: Int?

    init(_ attribute: String?, _ message: String, _ remedy: String?, place: Int? = nil) {
      self.attribute = attribute
      self.message = message
      self.remedy = remedy
      self.place = place
    }
  }

  /// The element's name.
  package let name: String
  /// What it reads, in order.
  package let inputs: [String]
  /// What `<define>` says of parameters and attributes, as it is written.
  package let writtenParameters: [String]
  package let writtenAttributes: [String]
  /// The formula, white space joined.
  package let text: String
  let parameters: [Parameter]
  /// The numbers that are given where the layer is used, with their defaults.
  let attributes: [(name: String, defaultValue: Double?)]
  let tree: FormulaTree

  /// More operations than these are nothing that a person wrote.
  static let mostOperations = 300
  private static let mostNames = 32

  /// A definition. Throws a `Fault`.
  ///
  /// - Parameters:
  ///   - parameters: words such as `beta=1` or `gain[features]=1`.
  ///   - attributes: words such as `epsilon=1e-6`, or a name alone that has to be given.
  ///   - text: the formula.
  package init(
    _ name: String, inputs: [String], parameters: [String], attributes: [String], text: String
  ) throws(Fault) {
    self.name = name
    self.inputs = inputs
    writtenParameters = parameters
    writtenAttributes = attributes
    self.text = text.splitAtWhitespace.joined(separator: " ")
    var names = Names()
    for input in inputs { try names.add(input, as: "inputs") }
    self.attributes = try Self.readAttributes(attributes, &names)
    self.parameters = try Self.readParameters(parameters, &names, attributes: Set(self.attributes.map(\.name)))
    do throws(FormulaError) {
      tree = try FormulaTree(text, functions: ElementGraph.functions)
    } catch {
      throw Fault(nil, error.message, error.remedy, place: error.place)
    }
    try checkFormula(names)
  }

  /// The names that are taken.
  private struct Names {
    var homes: [String: String] = [:]

    mutating func add(_ name: String, as home: String) throws(Fault) {
      guard name.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == 95 }), name.utf8.first?.isDigit == false else {
        throw Fault(home, "'\(name.shortened)' is no name that a formula can have", "use letters, digits and _")
      }
      guard ElementGraph.functions[name] == nil else {
        throw Fault(home, "'\(name)' is a function", "choose another name")
      }
      guard homes.updateValue(home, forKey: name) == nil else {
        throw Fault(home, "'\(name.shortened)' is given twice", "choose another name")
      }
      guard homes.count <= LayerDefinition.mostNames else {
        throw Fault(home, "there are more than \(LayerDefinition.mostNames) names", "join some of them")
      }
    }
  }

  private static func readAttributes(
    _ words: [String], _ names: inout Names
  ) throws(Fault) -> [(name: String, defaultValue: Double?)] {
    var result: [(name: String, defaultValue: Double?)] = []
    for word in words {
      let (name, value) = parts(word)
      try names.add(name, as: "attributes")
      guard !ElementSchema.layerAttributes.contains(where: { $0.name == name }) else {
        throw Fault("attributes", "every layer has an attribute '\(name)'", "choose another name")
      }
      var number: Double?
      if let value {
        number = Double(value)
        guard let number, number.isFinite else {
          throw Fault("attributes", "'\(value.shortened)' is not a number", "write \(name)=0.5, for instance")
        }
      }
      result.append((name, number))
    }
    return result
  }

  private static func readParameters(
    _ words: [String], _ names: inout Names, attributes: Set<String>
  ) throws(Fault) -> [Parameter] {
    var result: [Parameter] = []
    for word in words {
      let (left, value) = parts(word)
      let pieces = left.split(separator: "[", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      try names.add(pieces[0], as: "parameters")
      let spread: ElementGraph.Spread
      switch pieces.count == 2 ? pieces[1] : nil {
      case nil: spread = .single
      case "features]": spread = .features
      case "channels]": spread = .channels
      default:
        throw Fault(
          "parameters", "'\(left.shortened)' has no shape that is known",
          "write \(pieces[0].shortened) for one number, \(pieces[0].shortened)[features] for one along the last dimension "
            + "of a sample, or \(pieces[0].shortened)[channels] along the first")
      }
      guard let value else {
        throw Fault(
          "parameters", "'\(left.shortened)' has no value to begin with", "write \(left.shortened)=1, for instance")
      }
      if attributes.contains(value) {
        result.append(Parameter(name: pieces[0], spread: spread, initial: .attribute(value)))
      } else if let number = Double(value), number.isFinite {
        result.append(Parameter(name: pieces[0], spread: spread, initial: .number(number)))
      } else {
        throw Fault(
          "parameters", "'\(value.shortened)' is neither a number nor an attribute",
          "write \(left.shortened)=1, for instance")
      }
    }
    return result
  }

  private static func parts(_ word: String) -> (name: String, value: String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return (parts[0], parts.count == 2 ? parts[1] : nil)
  }

  private func checkFormula(_ names: Names) throws(Fault) {
    guard tree.nodes.count <= Self.mostOperations else {
      throw Fault(nil, "the formula has more than \(Self.mostOperations) operations", "define two layers", place: 0)
    }
    for node in tree.nodes {
      guard case .name(let name) = node.kind, names.homes[name] == nil else { continue }
      let near = nearestName(to: name, among: names.homes.keys.sorted())
      throw Fault(
        nil, "'\(name.shortened)' is neither an input, a parameter nor an attribute",
        near.map { "did you mean '\($0)'?" } ?? "name it in inputs, parameters or attributes", place: node.place)
    }
    let read = Set(tree.names)
    for name in names.homes.keys.sorted() where !read.contains(name) {
      let isInitial = parameters.contains { $0.initial == .attribute(name) }
      guard !isInitial else { continue }
      throw Fault(names.homes[name], "the formula does not read '\(name)'", "leave it out")
    }
    var graph = ElementGraph()
    let (value, inputs, _) = graph.value(of: self, [:], parameters.map(\.spread))
    guard graph.depends(value, on: inputs) else {
      throw Fault(nil, "the value of the formula depends on no input", "let it read one", place: 0)
    }
  }

  package static func == (a: LayerDefinition, b: LayerDefinition) -> Bool { a.canonical == b.canonical }

  package func hash(into hasher: inout Hasher) { hasher.combine(canonical) }

  /// How many numbers, names and operations the formula has.
  package var size: Int { tree.nodes.count }

  /// All that the definition says, as one text.
  package var canonical: String {
    [inputs, writtenParameters, writtenAttributes, [text]].map { $0.joined(separator: " ") }.joined(separator: "; ")
  }

  /// The declaration of the layer.
  package var declaration: ElementDeclaration {
    let schema = ElementSchema(
      .layer, name, summary: "A layer that the model defines by a formula.", formula: "y = \(text)",
      example: "<\(name)\(attributes.filter { $0.defaultValue == nil }.map { " \($0.name)=\"1\"" }.joined())/>",
      attributes: attributes.map { attribute in
        let documentation = "The formula's \(attribute.name)."
        guard let value = attribute.defaultValue else {
          return .required(attribute.name, .number(.any), documentation)
        }
        return .optional(attribute.name, .number(.any), default: .number(value), documentation)
      }, inputs: inputs.count...inputs.count)
    // Without attributes, all layers are alike.
    let common = attributes.isEmpty ? (try? Attributes(for: schema)).map { DefinedLayer(self, schema, $0) } : nil
    return ElementDeclaration(schema) { common ?? DefinedLayer(self, schema, $0) }
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { (65...90).contains(self) || (97...122).contains(self) }
  fileprivate var isDigit: Bool { (48...57).contains(self) }
}
