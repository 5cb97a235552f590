import NNCore
import NNText

/// The simple types of a schema, each defined once under a name of its own when an attribute first needs it.
struct SchemaTypes {
  private var names: [String: String] = [:]
  private var choices = 0
  /// The definitions so far.
  private(set) var text = ""

  /// The name of the type of attributes of a kind.
  ///
  /// - Parameter isTemplate: whether the value may hold `{name}`, a parameter of a block, in place of what the kind says.
  mutating func name(_ kind: AttributeKind, isTemplate: Bool) -> String {
    let strict = strictName(kind)
    // Any text may hold braces anyhow.
    guard isTemplate, strict != "xs:string", strict != "nn:words" else { return strict }
    let template = strict.replacing("xs:", with: "").replacing("nn:", with: "") + ".template"
    return define(template) { types in
      let parameter = types.define("parameter") { _ in
        restriction("xs:string", #"<xs:pattern value="[^\{\}]*\{[^\{\}]+\}[\s\S]*"/>"#)
      }
      return "<xs:union memberTypes=\"\(strict) \(parameter)\"/>"
    }
  }

  /// A list of names as long as a range says.
  mutating func names(_ count: ClosedRange<Int>) -> String {
    let all = name(.names, isTemplate: false)
    let least = max(1, count.lowerBound)
    let isOpen = count.upperBound >= 1_000_000
    guard least > 1 || !isOpen else { return all }
    return define("names.\(least)" + (isOpen ? "" : "-\(count.upperBound)")) { _ in
      restriction(
        all, "<xs:minLength value=\"\(least)\"/>" + (isOpen ? "" : "<xs:maxLength value=\"\(count.upperBound)\"/>"))
    }
  }

  private mutating func strictName(_ kind: AttributeKind) -> String {
    switch kind {
    case .boolean: return "xs:boolean"
    case .text, .path: return "xs:string"
    case .integer(let range): return integer(range)
    case .number(let range): return number(range)
    case .name:
      // As wide as the loader's rule, which goes by Unicode's property Alphabetic.
      return define("name") { _ in
        restriction(
          "xs:token",
          #"<xs:pattern value="[\p{L}\p{M}\p{Nl}\p{So}_][\p{L}\p{M}\p{Nd}\p{Nl}\p{So}_.\-]*"/>"#
            + #"<xs:maxLength value="200"/>"#)
      }
    case .names:
      return define("names") { types in
        let item = types.name(.name, isTemplate: false)
        return list(item)
      }
    case .words: return define("words") { _ in list("xs:token") }
    case .numbers:
      return define("numbers") { types in list(types.number(.any)) }
    case .integers(let range):
      let item = integer(range)
      return define(item.replacing("nn:", with: "") + ".list") { _ in list(item) }
    case .choice(let words):
      let key = "choice " + words.joined(separator: " ")
      if let known = names[key] { return known }
      choices += 1
      let made = define("choice.\(choices)") { _ in
        restriction(
          "xs:token", words.map { "<xs:enumeration value=\"\(markupEscaped($0))\"/>" }.joined())
      }
      names[key] = made
      return made
    case .integerOrWord(let range, let words): return union(integer(range), words)
    case .pairOrWord(let range, let words): return union(strictName(.pair(range)), words)
    case .shape:
      return define("shape") { _ in
        restriction(
          "xs:token",
          "<xs:pattern value=\"0*[1-9][0-9]*( ?x ?0*[1-9][0-9]*){0,\(Shape.maximumRank - 1)}\"/>")
      }
    case .shapeOrWord(let words): return union(strictName(.shape), words)
    case .pair(let range):
      let number = range.lowerBound >= 1 ? "0*[1-9][0-9]*" : range.lowerBound == 0 ? "[0-9]+" : "-?[0-9]+"
      let name = range.lowerBound >= 1 ? "pair.positive" : range.lowerBound == 0 ? "pair.nonNegative" : "pair"
      return define(name) { _ in restriction("xs:token", "<xs:pattern value=\"\(number)(x\(number))?\"/>") }
    }
  }

  /// What a type holds, or one of some words.
  private mutating func union(_ type: String, _ words: [String]) -> String {
    let choice = strictName(.choice(words))
    return define("\(type).or.\(choice)".replacing("nn:", with: "")) { _ in
      "<xs:union memberTypes=\"\(type) \(choice)\"/>"
    }
  }

  private mutating func integer(_ range: ClosedRange<Int>) -> String {
    let upper = range.upperBound == .max ? "" : ".to.\(range.upperBound)"
    return define("integer.from.\(range.lowerBound)\(upper)") { _ in
      restriction(
        "xs:integer",
        "<xs:pattern value=\"-?[0-9]+\"/><xs:minInclusive value=\"\(range.lowerBound)\"/>"
          + "<xs:maxInclusive value=\"\(range.upperBound)\"/>")
    }
  }

  private mutating func number(_ range: NumberRange) -> String {
    let words = range.description.split(separator: " ").joined(separator: ".")
    let pattern = #"<xs:pattern value="[+\-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+\-]?[0-9]+)?"/>"#
    return define("number" + (words.isEmpty ? "" : ".") + words) { _ in
      var facets = pattern
      if let lower = range.lower {
        let written = AttributeValue.number(lower).written
        facets += "<xs:min\(range.excludesLower ? "Ex" : "In")clusive value=\"\(written)\"/>"
      } else {
        facets += "<xs:minInclusive value=\"-1.7976931348623157E308\"/>"
      }
      if let upper = range.upper {
        let written = AttributeValue.number(upper).written
        facets += "<xs:max\(range.excludesUpper ? "Ex" : "In")clusive value=\"\(written)\"/>"
      } else {
        facets += "<xs:maxInclusive value=\"1.7976931348623157E308\"/>"
      }
      return restriction("xs:double", facets)
    }
  }

  /// Defines a type unless it is defined already. Returns its name with the prefix.
  private mutating func define(_ name: String, _ body: (inout SchemaTypes) -> String) -> String {
    let full = "nn:\(name)"
    guard names.updateValue(full, forKey: full) == nil else { return full }
    let definition = body(&self)
    text += "  <xs:simpleType name=\"\(name)\">\(definition)</xs:simpleType>\n"
    return full
  }
}

private func restriction(_ base: String, _ facets: String) -> String {
  "<xs:restriction base=\"\(base)\">\(facets)</xs:restriction>"
}

/// A list of at least one item.
private func list(_ item: String) -> String {
  "<xs:restriction><xs:simpleType><xs:list itemType=\"\(item)\"/></xs:simpleType>"
    + "<xs:minLength value=\"1\"/></xs:restriction>"
}
