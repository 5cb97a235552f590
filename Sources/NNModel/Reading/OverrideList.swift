import NNCore
import NNText

/// Values from the command line in place of what the file says: `SECTION.ELEMENT.ATTRIBUTE=VALUE`, or
/// `SECTION.ATTRIBUTE=VALUE` for the section's own attributes.
struct OverrideList {
  struct Override {
    var section: String
    /// The element in the section; nil for the section itself.
    var target: String?
    var attribute: String
    var value: String
    /// What messages call it.
    var origin: String
    var isUsed = false
  }

  /// A change of the text that says the same as an override.
  private struct Edit {
    var range: Range<Int>
    var replacement: String
  }

  private(set) var all: [Override] = []
  private var byTarget: [String: [Int]] = [:]
  private var edits: [Int: [String: Edit]] = [:]
  /// Whether an override changes one of several elements that stand in the file as one.
  var needExpansion = false

  var isEmpty: Bool { all.isEmpty }

  /// Takes an override as the user wrote it.
  mutating func add(_ text: String, _ diagnostics: inout DiagnosticList) {
    let origin = "--set \(text.shortened)"
    let place = SourcePlace(file: origin, line: 0, column: 0)
    guard let equals = text.firstIndex(of: "=") else {
      return diagnostics.add(
        Diagnostic(
          code: "bad-override", "an override needs a value", remedy: "for instance training.epochs=5", place: place))
    }
    let parts = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }), let section = parts.first, let attribute = parts.last
    else {
      return diagnostics.add(
        Diagnostic(
          code: "bad-override", "'\(text[..<equals].description.shortened)' names no attribute",
          remedy: "write SECTION.ATTRIBUTE or SECTION.ELEMENT.ATTRIBUTE, for instance network.fc1.units", place: place))
    }
    let sections = ["model", "data", "preprocess", "augment", "views", "network", "training"]
    guard sections.contains(section) else {
      let near = nearestName(to: section, among: sections).map { "did you mean '\($0)'?" }
      return diagnostics.add(
        Diagnostic(
          code: "bad-override", "'\(section.shortened)' is no section of a model",
          remedy: near ?? "the sections are \(sections.joined(separator: ", "))", place: place))
    }
    let target = parts.count == 2 ? nil : parts[1..<(parts.count - 1)].joined(separator: ".")
    if section == "network", target == nil {
      return diagnostics.add(
        Diagnostic(
          code: "bad-override", "'network.\(attribute.shortened)' names no layer",
          remedy: "write network.LAYER.ATTRIBUTE, for instance network.fc1.units", place: place))
    }
    if section == "network", let target { byTarget[target, default: []].append(all.count) }
    all.append(
      Override(
        section: section, target: target, attribute: attribute,
        value: String(text[text.index(after: equals)...]), origin: origin))
  }

  mutating func markUsed(_ index: Int) { all[index].isUsed = true }

  /// The overrides for the element of the net that has this full name, marked as used.
  mutating func take(forLayer name: String) -> [Override] {
    guard let indices = byTarget[name] else { return [] }
    for index in indices { all[index].isUsed = true }
    return indices.map { all[$0] }
  }

  /// Notes that the text, too, shall say what an override says.
  mutating func edit(_ override: Override, tag index: Int, in tree: SourceTree) {
    // With included files, the text is written anew.
    guard tree[index].position.file == 0 else { return }
    let tag = tree.scan.tags[index]
    let escaped = markupEscaped(override.value)
    for attribute in tag.attributes.map({ tree.scan.attributes[Int($0)] })
    where tree.text.string(attribute.name) == override.attribute {
      // The quotes around the value may be either kind; the escaped value holds neither.
      edits[index, default: [:]][override.attribute] = Edit(range: attribute.value, replacement: escaped)
      return
    }
    let end = Int(tag.nameEnd)
    edits[index, default: [:]][override.attribute] = Edit(
      range: end..<end, replacement: " \(override.attribute)=\"\(escaped)\"")
  }

  /// Notes that the text, too, shall not have an attribute.
  mutating func remove(_ name: String, tag index: Int, in tree: SourceTree) {
    guard tree[index].position.file == 0 else { return }
    for attribute in tree.scan.tags[index].attributes.map({ tree.scan.attributes[Int($0)] })
    where tree.text.string(attribute.name) == name {
      edits[index, default: [:]][name] = Edit(
        range: attribute.name.lowerBound..<(attribute.value.upperBound + 1), replacement: "")
    }
  }

  /// The text with all overrides in it.
  func applied(to text: SourceText) -> String {
    let ordered = edits.values.flatMap(\.values).sorted {
      ($0.range.lowerBound, $0.replacement) < ($1.range.lowerBound, $1.replacement)
    }
    var result: [UInt8] = []
    var offset = 0
    for edit in ordered {
      result += text.bytes[offset..<edit.range.lowerBound]
      result += edit.replacement.utf8
      offset = edit.range.upperBound
    }
    result += text.bytes[offset...]
    return String(decoding: result, as: UTF8.self)
  }
}

extension Array<SourceAttribute> {
  /// Puts the overrides' values in place of what the file says.
  mutating func apply(_ overrides: [OverrideList.Override], at position: SourcePosition) {
    for override in overrides {
      let attribute = SourceAttribute(
        name: override.attribute, namespace: nil, value: override.value, namePosition: position,
        valuePosition: position, isVerbatim: false, origin: override.origin)
      if let index = firstIndex(where: { $0.name == override.attribute }) {
        self[index] = attribute
      } else {
        append(attribute)
      }
    }
  }
}

extension ModelReader {
  /// Applies the overrides of everything but the net, whose elements get their names only while it is read.
  mutating func applyOverrides() {
    for (index, override) in overrides.all.enumerated() where override.section != "network" {
      let sectionIndex =
        override.section == "model"
        ? 0 : tree[0].children.first { tree[$0].isStandard && tree[$0].name == override.section }
      overrides.markUsed(index)
      guard let sectionIndex else {
        reject(override, "the model has no <\(override.section)>", remedy: "add it to the file")
        continue
      }
      guard let target = override.target else {
        set(override, sectionIndex)
        continue
      }
      let candidates = override.section == "model" ? [] : tree[sectionIndex].children
      let matching = candidates.filter { matches($0, target, override.section) }
      if matching.count == 1 {
        set(override, matching[0])
      } else if matching.isEmpty {
        let names = candidates.map { tree[$0].name } + candidates.compactMap { tree[$0].attribute("role")?.value }
        let near = diagnostics.suggestion(for: target, among: names)
        let list = names.isEmpty ? "it has none" : "it has " + names.prefix(12).joined(separator: ", ")
        reject(override, "<\(override.section)> has no element '\(target.shortened)'", remedy: near ?? list)
      } else {
        let remedy = override.section == "data" ? "name it by its role, for instance data.train.path" : nil
        reject(
          override, "<\(override.section)> has \(matching.count) elements '\(target.shortened)'",
          remedy: remedy ?? "change it in the file")
      }
    }
  }

  /// An element of a section is called by its name, its role, or its kind.
  private func matches(_ index: Int, _ target: String, _ section: String) -> Bool {
    let element = tree[index]
    if element.name == target || element.attribute("role")?.value == target { return true }
    guard let section = ModelSection(rawValue: section), let known = registered(index, section) else { return false }
    return section == .training && known.schema.kind.rawValue == target
  }

  private mutating func set(_ override: OverrideList.Override, _ index: Int) {
    // A length in steps takes the place of one in epochs, and the other way round.
    let excluded = ["epochs": "steps", "steps": "epochs"][override.attribute]
    if override.section == "training", override.target == nil, let excluded {
      tree.elements[index].attributes.removeAll { $0.name == excluded && $0.origin == nil }
      overrides.remove(excluded, tag: index, in: tree)
    }
    tree.elements[index].attributes.apply([override], at: tree[index].position)
    overrides.edit(override, tag: index, in: tree)
  }

  mutating func reject(_ override: OverrideList.Override, _ message: String, remedy: String?) {
    diagnostics.add(
      Diagnostic(
        code: "bad-override", message, remedy: remedy, place: SourcePlace(file: override.origin, line: 0, column: 0)))
  }

  /// Reports overrides of layers that do not exist.
  mutating func rejectUnusedOverrides() {
    for override in overrides.all where !override.isUsed {
      let target = override.target ?? ""
      let near = diagnostics.suggestion(for: target, among: net.names)
      reject(override, "the net has no layer '\(target.shortened)'", remedy: near)
    }
  }
}
