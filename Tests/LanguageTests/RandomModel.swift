import NNCore
import NNModel

/// Models made at random from a registry: every element, every attribute, blocks and repetitions. Most are right; a few
/// combine attributes that exclude each other.
struct RandomModel {
  private var random: SplitMix
  private let registry: Registry

  init(seed: UInt64, registry: Registry) {
    random = SplitMix(state: seed)
    self.registry = registry
  }

  private mutating func pick<C: Collection>(_ choices: C) -> C.Element {
    choices[choices.index(choices.startIndex, offsetBy: Int.random(in: 0..<choices.count, using: &random))]
  }

  private mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }

  // MARK: Whole models

  /// A model as XML.
  mutating func text() -> String {
    var sections: [String] = []
    if chance(0.3) { sections.append("<description>any &amp; all</description>") }
    if chance(0.6) { sections.append(data()) }
    if chance(0.5) { sections.append("<preprocess>\(some([.preprocessing]))</preprocess>") }
    if chance(0.3) { sections.append("<augment>\(some([.augmentation]))</augment>") }
    if chance(0.6) { sections.append(training()) }
    sections.shuffle(using: &random)
    let blocks = (0..<Int.random(in: 0...2, using: &random)).map { block($0) }
    sections.insert(contentsOf: blocks, at: Int.random(in: 0...sections.count, using: &random))
    sections.insert(network(blocks: blocks.count), at: Int.random(in: 0...sections.count, using: &random))
    let precision = chance(0.3) ? " precision=\"\(pick(["float", "double", " float "]))\"" : ""
    return """
      <?xml version="1.0"?>
      <model xmlns="urn:nnrun:model:1" xmlns:acme="urn:acme:layers" name="m"\(precision)>
      \(sections.joined(separator: chance(0.5) ? "\n" : "<!-- a comment -->"))
      </model>
      """
  }

  private mutating func data() -> String {
    let split =
      chance(0.5) ? #"<split role="test" fraction="\#(value(.number(NumberRange(0.01, 0.9))))" seed="3"/>"# : ""
    return (chance(0.5) ? "<data classes=\"a b\">" : "<data>") + some([.source]) + split + "</data>"
  }

  private mutating func training() -> String {
    var parts: [String] = []
    if chance(0.4) { parts.append(element(pick(schemas([.stopping])))) }
    if chance(0.8) { parts.append(element(pick(schemas([.optimizer])))) }
    if chance(0.6) { parts.append(element(pick(schemas([.schedule])))) }
    parts.shuffle(using: &random)
    let length = pick(["", " epochs=\"3\"", " steps=\" 17 \""])
    let batch = chance(0.5) ? " batch=\"\(value(.integer(1...512)))\"" : ""
    return "<training\(length)\(batch)>" + parts.joined() + "</training>"
  }

  private mutating func network(blocks: Int) -> String {
    var text = "<network>"
    for number in 0..<Int.random(in: 1...3, using: &random) {
      text += "<input name=\"x\(number)\" shape=\"\(value(.shape))\"/>"
    }
    for _ in 0..<Int.random(in: 0...8, using: &random) {
      switch Int.random(in: 0..<10, using: &random) {
      case 0 where blocks > 0: text += "<use block=\"b0\" p=\"4\"/>"
      case 1: text += "<repeat times=\"\(value(.integer(1...3)))\">" + some([.layer], isTemplate: true) + "</repeat>"
      default: text += element(pick(schemas([.layer, .loss])))
      }
    }
    return text + "</network>"
  }

  private mutating func block(_ number: Int) -> String {
    "<block name=\"b\(number)\" parameters=\"p q=0.5\">\(some([.layer, .loss], isTemplate: true))</block>"
  }

  // MARK: Elements

  private func schemas(_ kinds: [ElementKind]) -> [ElementSchema] {
    registry.all().map { $0.schema }.filter { kinds.contains($0.kind) }
  }

  private mutating func some(_ kinds: [ElementKind], isTemplate: Bool = false) -> String {
    let all = schemas(kinds)
    guard !all.isEmpty else { return "" }
    return (0..<Int.random(in: 0...3, using: &random)).map { _ in element(pick(all), isTemplate: isTemplate) }.joined()
  }

  /// An element with its required attributes and some of the others.
  mutating func element(_ schema: ElementSchema, isTemplate: Bool = false) -> String {
    var text = "<" + (schema.namespace == ElementSchema.standardNamespace ? "" : "acme:") + schema.name
    for attribute in schema.allAttributes {
      // Names and what they stand for are matters of the loader alone; `from` is needed where several are read.
      if attribute.name == "name" || attribute.name == "share" { continue }
      var written = value(attribute.kind)
      if attribute.name == "from", schema.kind == .layer || schema.kind == .loss {
        guard schema.inputs.upperBound > 0, schema.inputs.lowerBound > 1 || chance(0.2) else { continue }
        let count = min(max(1, schema.inputs.lowerBound) + (chance(0.3) ? 1 : 0), schema.inputs.upperBound)
        written = (0..<count).map { _ in "x0" }.joined(separator: pick([" ", "  "]))
      } else if !attribute.isRequired, !chance(0.35) {
        continue
      }
      text += " \(attribute.name)=\"\(written)\""
    }
    return text
      + (chance(0.8) ? "/>" : "></\(schema.namespace == ElementSchema.standardNamespace ? "" : "acme:")\(schema.name)>")
  }

  // MARK: Values

  /// A value of a kind, written in one of the ways that are allowed.
  mutating func value(_ kind: AttributeKind) -> String {
    switch kind {
    case .boolean: return pick(["true", "false", "1", "0", " true "])
    case .integer(let range):
      let upper = min(range.upperBound, range.lowerBound + 20)
      let padded = upper < 0 ? "-0\(-upper)" : "0\(upper)"
      return pick(["\(range.lowerBound)", "\(Int.random(in: range.lowerBound...upper, using: &random))", padded])
    case .number(let range): return number(range)
    case .text, .path: return pick(["a.csv", "any text", "last", "a &amp; b", "é"])
    case .name: return pick(["a", "_b", "größe", "x.y-z"])
    case .names: return "x0"
    case .choice(let words): return pick([pick(words), " " + pick(words)])
    case .shape: return pick(["4", "3x4", " 2x3x4 ", "2 x 5", "007"])
    case .shapeOrWord: return value(.shape)
    case .pair(let range):
      let low = range.lowerBound
      return pick(["\(low)", "\(low)x\(min(range.upperBound, low + 2))"])
    case .integerOrWord(let range, let words): return chance(0.5) ? pick(words) : value(.integer(range))
    case .pairOrWord(let range, let words): return chance(0.5) ? pick(words) : value(.pair(range))
    case .integers(let range): return pick(["\(range.lowerBound)", "\(range.lowerBound) \(min(range.upperBound, 5))"])
    case .numbers: return "\(number(.any)) \(number(.any))"
    case .words: return pick(["a b", "cat", "0 1 2"])
    }
  }

  private mutating func number(_ range: NumberRange) -> String {
    let candidates = [
      "0", "0.5", "1", ".25", "1e-3", "+0.75", "3.", "2.5E+1", "-1", "-0.5", "100", " 0.1 ", "0.999", "-7e2",
    ]
    let fitting = candidates.filter { Double($0.filter { $0 != " " }).map(range.contains) ?? false }
    return fitting.isEmpty ? AttributeValue.number(range.lower ?? range.upper ?? 0).written : pick(fitting)
  }
}

/// Steele, Lea and Flood's generator: small, and the same everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
