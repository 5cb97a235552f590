import NNCore

/// A single fault put at a random place into a model, of the kinds that a schema can tell.
struct RandomFault {
  private let seed: UInt64
  private let registry: Registry

  init(seed: UInt64, registry: Registry) {
    self.seed = seed
    self.registry = registry
  }

  /// The model with the fault, or nil where the fault has no place in it.
  func put(into text: String) -> String? {
    var random = SplitMix(state: seed)
    /// Replaces one of the places of a word.
    func replacing(_ word: String, _ other: String) -> String? {
      let places = text.ranges(of: word)
      guard let place = places.randomElement(using: &random) else { return nil }
      return text[..<place.lowerBound] + other + text[place.upperBound...]
    }
    switch random.next() % 10 {
    case 0: return replacing("</network>", "<unknown/></network>")
    case 1: return replacing("<input ", "<input colour=\"red\" ")
    case 2: return replacing("<input name=\"x0\" shape=\"", "<input name=\"x0\" shape=\"x")
    case 3: return replacing("</network>", "<network/></network>")
    case 4: return replacing("</network>", "<dense/></network>")
    case 5: return replacing("<training", "<training batch=\"0\" epochz=\"1\"")
    case 6: return replacing("</data>", "<relu/></data>")
    case 7: return replacing("</network>", "words</network>")
    case 8: return badValue(in: text, &random)
    default: return replacing("</training>", "<sgd rate=\"-1\"/></training>")
    }
  }

  /// A right element with one value that its attribute cannot hold, at the end of the net.
  private func badValue(in text: String, _ random: inout SplitMix) -> String? {
    let layers = registry.all(.layer, .loss).map { $0.schema }
    guard let schema = layers.randomElement(using: &random) else { return nil }
    let candidates = schema.allAttributes.filter { Self.wrong($0.kind) != nil && $0.name != "from" }
    guard let attribute = candidates.randomElement(using: &random), let value = Self.wrong(attribute.kind) else {
      return nil
    }
    var generator = RandomModel(seed: seed, registry: registry)
    var element = generator.element(schema)
    for range in element.ranges(of: " \(attribute.name)=\"").reversed() {
      guard let end = element[range.upperBound...].firstIndex(of: "\"") else { return nil }
      element.removeSubrange(range.lowerBound...end)
    }
    let prefix = schema.namespace == ElementSchema.standardNamespace ? "" : "acme:"
    element = element.replacing(
      "<\(prefix)\(schema.name)", with: "<\(prefix)\(schema.name) \(attribute.name)=\"\(value)\"")
    return text.replacing("</network>", with: element + "</network>")
  }

  private static func wrong(_ kind: AttributeKind) -> String? {
    switch kind {
    case .boolean: "maybe"
    case .integer(let range): range.lowerBound > .min ? "\(range.lowerBound - 1)" : "many"
    case .number(let range): range.lower.map { "\($0 - 1)" } ?? "1,5"
    case .name: "a b"
    case .choice: "none of them"
    case .shape, .shapeOrWord: "3x"
    case .pair: "3x3x3"
    case .integerOrWord, .pairOrWord: "neither"
    case .integers: "1 b"
    case .numbers: "1 b"
    case .names, .words, .text, .path: nil
    }
  }
}
