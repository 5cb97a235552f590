import NNCore

/// Finds the attributes by which a layer that was made in code would be made, from its members: an attribute most often
/// has the name of a member. What is found is tried: it counts only if it makes the very same value again.
struct AttributeSearch {
  private let declaration: ElementDeclaration
  private let wanted: [Substring]
  /// What a layer becomes that reads so many indices.
  private let entries: Int?
  private var members = LayerMembers()

  init(_ layer: any Layer, _ declaration: ElementDeclaration, entries: Int?) {
    self.declaration = declaration
    self.entries = entries
    wanted = Self.lines(layer)
    members.add(layer)
  }

  /// The attributes that differ from their defaults; nil if none make the same layer.
  func attributes() -> [String: AttributeValue]? {
    let own = declaration.schema.attributes
    var values: [String: AttributeValue] = [:]
    for attribute in own where attribute.isRequired { values[attribute.name] = candidates(attribute).first ?? nil }
    var best = distance(values)
    // Attributes may depend on each other, as a scale does on the name of a distribution.
    for _ in 0..<3 where best > 0 {
      for attribute in own {
        for candidate in candidates(attribute) where best > 0 {
          var tried = values
          tried[attribute.name] = candidate
          let found = distance(tried)
          if found < best { (best, values) = (found, tried) }
        }
      }
    }
    return best == 0 ? values : nil
  }

  /// What an attribute may hold here, the most likely first; nil where it may be left out.
  private func candidates(_ attribute: AttributeSchema) -> [AttributeValue?] {
    let values = members.values(for: attribute).filter { $0 != attribute.defaultValue }
    return values.map { $0 } + (attribute.isRequired ? [] : [nil])
  }

  /// How many lines of the layer's members differ for the layer that attributes make.
  private func distance(_ values: [String: AttributeValue]) -> Int {
    guard var layer = try? declaration.layer(values) else { return .max }
    if let entries, let reader = layer as? any IndexReadingLayer {
      guard let reading = try? reader.reading(entries: entries) else { return .max }
      layer = reading
    }
    // A member that is nil takes fewer lines: those after it are not others for that.
    return Self.lines(layer).difference(from: wanted).count
  }

  private static func lines(_ layer: any Layer) -> [Substring] {
    var text = ""
    dump(layer, to: &text)
    return text.split(separator: "\n")
  }
}

/// The numbers and words that a layer holds, by the names of its members.
private struct LayerMembers {
  private var all: [(name: String, value: AttributeValue)] = []

  mutating func add(_ value: Any, name: String = "", depth: Int = 0) {
    if let leaf = Self.leaf(value) { return all.append((name, leaf)) }
    guard depth < 6 else { return }
    let mirror = Mirror(reflecting: value)
    let children = mirror.children.map { (label: $0.label ?? "", value: $0.value) }
    let numbers = children.compactMap { $0.value as? Int }
    if children.count == 2, numbers.count == 2 { all.append((name, .integers(numbers))) }
    if mirror.displayStyle == .enum, children.isEmpty { all.append((name, .text(String(describing: value)))) }
    for child in children {
      let isPlain = mirror.displayStyle == .optional || mirror.displayStyle == .enum
      add(child.value, name: isPlain ? name : child.label, depth: depth + 1)
    }
  }

  private static func leaf(_ value: Any) -> AttributeValue? {
    switch value {
    case let value as Bool: .boolean(value)
    case let value as Int: .integer(value)
    case let value as Double: .number(value)
    case let value as String: .text(value)
    case let value as Shape: .shape(value)
    case let value as [Int]: .integers(value)
    case let value as [Double]: .numbers(value)
    case let value as [String]: .words(value)
    default: nil
    }
  }

  /// Values that an attribute may hold: those of members of its name, then all others and all words that it allows.
  func values(for attribute: AttributeSchema) -> [AttributeValue] {
    func isNamed(_ name: String) -> Bool {
      let (name, wanted) = (name.lowercased(), attribute.name.lowercased())
      return name == wanted || name.hasSuffix(wanted)
    }
    let members = all.filter { isNamed($0.name) }.map(\.value) + all.map(\.value)
    var values = members.flatMap { Self.forms($0) }
    switch attribute.kind {
    case .boolean: values += [.boolean(true), .boolean(false)]
    case .choice(let words), .shapeOrWord(let words), .pairOrWord(_, let words), .integerOrWord(_, let words):
      values += words.map { .text($0) }
    default: break
    }
    return values
  }

  /// A member as attributes of several kinds hold it.
  private static func forms(_ value: AttributeValue) -> [AttributeValue] {
    switch value {
    case .integer(let number): [value, .integers([number, number]), .integers([number]), .number(Double(number))]
    case .shape(let shape): [value, .integers(shape.dimensions)]
    default: [value]
    }
  }
}
