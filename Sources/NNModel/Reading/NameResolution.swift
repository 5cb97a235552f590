import NNCore
import NNText

extension ModelReader {
  // MARK: Defining

  /// The names given to the elements directly inside, and inside repetitions without a name.
  func givenNames(_ index: Int) -> Set<String> {
    var names: Set<String> = []
    var pending = tree[index].children
    while let child = pending.popLast() {
      if let name = tree[child].attribute("name")?.value {
        names.insert(name.trimmingWhitespace)
      } else if tree[child].name == "repeat" {
        pending += tree[child].children
      }
    }
    return names
  }

  /// The full name of an element: the given one, or its type and a number. Reports one that is taken.
  ///
  /// - Parameter isAdded: whether the name can be read at once; otherwise the caller defines it once it is complete.
  mutating func defineName(
    _ index: Int, _ attributes: [SourceAttribute], type: String, scope: Int, isAdded: Bool = true
  ) -> String {
    let naming = net.scopes[scope].naming
    let count = (net.scopes[naming].counts[type] ?? 0) + 1
    net.scopes[naming].counts[type] = count
    let prefix = net.scopes[naming].prefix
    var name = ""
    if let attribute = attributes.first(where: { $0.name == "name" }) {
      name = checkedName(attribute, scope)
      if !name.isEmpty, net.defined[prefix + name] != nil {
        reportTaken(prefix + name, at: attribute, scope)
        name = ""
      }
    }
    if name.isEmpty {
      var number = count
      while net.defined["\(prefix)\(type)\(number)"] != nil || net.scopes[naming].reserved.contains("\(type)\(number)")
      {
        number += 1
      }
      name = "\(type)\(number)"
    }
    if isAdded { defineValue(prefix + name, NetworkElement.Reference(element: net.items.count, output: 0)) }
    return prefix + name
  }

  mutating func defineValue(_ name: String, _ value: NetworkElement.Reference) {
    guard net.defined.updateValue(value, forKey: name) == nil else { return }
    net.names.append(name)
  }

  /// The name that an attribute gives, or an empty one after reporting what is wrong with it.
  mutating func checkedName(_ attribute: SourceAttribute, _ scope: Int) -> String {
    guard let value = substituted(attribute, scope)?.trimmingWhitespace else { return "" }
    do throws(ElementError) {
      _ = try AttributeKind.name.parse(value)
    } catch {
      report(error.code, "name: \(error.message)", remedy: error.remedy, at: attribute, scope: scope)
      return ""
    }
    guard (net.scopes[net.scopes[scope].naming].prefix + value).isElementName else {
      report(
        "bad-value", "with the names of its blocks before it, this name is longer than 200 characters",
        remedy: "give shorter names", at: attribute, scope: scope)
      return ""
    }
    return value
  }

  private mutating func reportTaken(_ name: String, at attribute: SourceAttribute, _ scope: Int) {
    var holder = "element"
    if let item = net.defined[name]?.element, net.items.indices.contains(item) {
      let element = tree[net.items[item].element]
      holder = "\(element.shown) on line \(element.position.line)"
    }
    let isRepeated = net.scopes[scope].title == "repetition"
    report(
      "duplicate-name", "the name '\(name.shortened)' is already taken by the \(holder)",
      remedy: isRepeated
        ? "give the <repeat> a name, or write {index} in this one" : "give one of the two another name",
      at: attribute, scope: scope)
  }

  // MARK: Looking up

  /// What a name stands for, seen from a scope: its own names first, then those of the scopes around it. A number after
  /// a point chooses one of a layer's outputs, counted from 1.
  func lookUp(_ name: String, _ scope: Int) -> NetworkElement.Reference? {
    var next: Int? = scope
    while let index = next {
      let full = net.scopes[index].prefix + name
      if let found = net.defined[full] { return found }
      if let point = full.lastIndex(of: "."), let output = Int(full[full.index(after: point)...]), output >= 1,
        output <= 1_000_000, var found = net.defined[String(full[..<point])], found.output == 0
      {
        found.output = output - 1
        return found
      }
      next = net.scopes[index].parent
    }
    return nil
  }

  /// The name by which a layer may read a value from anywhere.
  func shownName(_ value: NetworkElement.Reference) -> String {
    let name = net.items[value.element].name
    return value.output == 0 ? name : "\(name).\(value.output + 1)"
  }

  /// What a `from` stands for; nil if a name in it is not defined, which is reported at the end, when it is known
  /// whether it is defined later.
  mutating func resolve(_ from: SourceAttribute, _ scope: Int) -> [NetworkElement.Reference]? {
    var values: [NetworkElement.Reference] = []
    var isRight = true
    var column = from.valuePosition.column
    for word in from.value.split(separator: " ", omittingEmptySubsequences: false) {
      defer { column += Int32(word.count) + 1 }
      guard !word.isEmpty, !diagnostics.isFull else { continue }
      if word == "{input}", let inputs = blockInputs(scope) {
        values += inputs
        guard checkInputCount(values.count, at: from, scope) else { return nil }
        continue
      }
      var part = from
      part.value = String(word)
      if from.isVerbatim {
        part.valuePosition.column = column
        part.valuePosition.length = Int32(word.count)
      }
      guard let text = substituted(part, scope) else {
        isRight = false
        continue
      }
      for name in text.splitAtWhitespace {
        if let value = lookUp(name, scope) {
          values.append(value)
          guard checkInputCount(values.count, at: from, scope) else { return nil }
        } else {
          isRight = false
          // More of them are never told.
          guard net.unresolved.count < 10 * limits.messages else { continue }
          net.unresolved.append(
            .init(
              word: name, position: part.valuePosition, attribute: part, scope: scope, known: net.names.count,
              item: net.items.count))
        }
      }
    }
    if isRight, values.isEmpty {
      report(
        "bad-value", "from: names no layer", remedy: "leave it out to read the element before", at: from, scope: scope)
      return nil
    }
    return isRight ? values : nil
  }

  private mutating func checkInputCount(_ count: Int, at from: SourceAttribute, _ scope: Int) -> Bool {
    guard count > limits.inputsPerLayer else { return true }
    report(
      "too-many-inputs", "more than \(limits.inputsPerLayer) values are read here", remedy: "join some of them first",
      at: from, scope: scope)
    return false
  }

  /// What `{input}` stands for in a scope; nil outside of blocks.
  private func blockInputs(_ scope: Int) -> [NetworkElement.Reference]? {
    var next: Int? = scope
    while let index = next {
      if net.scopes[index].use != nil { return net.scopes[index].inputs }
      next = net.scopes[index].parent
    }
    return nil
  }

  mutating func reportUnresolved() {
    for missing in net.unresolved {
      let word = missing.word
      if !word.isElementName {
        report(
          "bad-value", "from: '\(word.shortened)' is not a name", remedy: "names are separated by spaces",
          at: missing.attribute, scope: missing.scope)
      } else if let later = lookUp(word, missing.scope), later.element == missing.item {
        report(
          "undefined-name", "'\(word.shortened)' is this element itself", remedy: "an element reads only earlier ones",
          at: missing.attribute, scope: missing.scope)
      } else if let later = lookUp(word, missing.scope) {
        let element = tree[net.items[later.element].element]
        report(
          "undefined-name", "'\(word.shortened)' is defined only later, on line \(element.position.line)",
          remedy: "move \(element.shown) before this element", at: missing.attribute, scope: missing.scope)
      } else {
        let prefix = net.scopes[missing.scope].prefix
        let known = net.names[..<missing.known].suffix(2000).lazy.map { name in
          !prefix.isEmpty && name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        }
        let near = diagnostics.suggestion(for: word, among: known)
        report(
          "undefined-name", "there is no earlier layer or input '\(word.shortened)'", remedy: near,
          at: missing.attribute, scope: missing.scope)
      }
    }
  }

  // MARK: Parameters of blocks

  /// An attribute's value with `{name}` replaced by the block's parameter; nil after reporting one that does not exist.
  /// Outside of blocks and repetitions, braces mean nothing.
  mutating func substituted(_ attribute: SourceAttribute, _ scope: Int?) -> String? {
    let value = attribute.value
    guard let scope, scope != 0, attribute.origin == nil, value.utf8.contains(UInt8(ascii: "{")) else { return value }
    var result = ""
    var rest = value[...]
    while let brace = rest.firstIndex(of: "{") {
      result += rest[..<brace]
      rest = rest[rest.index(after: brace)...]
      guard let close = rest.firstIndex(of: "}") else {
        report("bad-parameter", "'{' without '}'", at: attribute, scope: scope)
        return nil
      }
      let name = String(rest[..<close])
      rest = rest[rest.index(after: close)...]
      let (found, names) = parameter(name, scope)
      guard let found else {
        let near = diagnostics.suggestion(for: name, among: names)
        report(
          "bad-parameter", "there is no parameter '\(name.shortened)' here",
          remedy: near ?? (names.isEmpty ? nil : "the parameters are \(names.joined(separator: ", "))"), at: attribute,
          scope: scope)
        return nil
      }
      result += found
      net.bytes += found.utf8.count
      guard result.utf8.count <= limits.attributeBytes else {
        report(
          "attribute-too-long", "this value is longer than \(limits.attributeBytes) bytes", at: attribute, scope: scope)
        return nil
      }
    }
    return result + rest
  }

  /// A parameter's value, and the names that there are: those of the innermost block, and of repetitions inside it.
  private func parameter(_ name: String, _ scope: Int) -> (String?, [String]) {
    var names: [String] = []
    var next: Int? = scope
    while let index = next {
      let current = net.scopes[index]
      if let value = current.parameters[name] { return (value, []) }
      names += current.parameters.keys.sorted()
      if current.use != nil {
        if name == "input" { return (current.inputs.map(shownName).joined(separator: " "), []) }
        return (nil, names + ["input"])
      }
      next = current.parent
    }
    return (nil, names)
  }
}
