import NNCore
import NNFiles
import NNText

/// Reads the files that a model includes, and those that they include, and puts their blocks and nets where the
/// `<include>` stands.
///
/// An included file is a `<model>` of its own that holds blocks, definitions, a net, a description and includes. It lies in the
/// model's folder or below it. A file that is included twice counts once.
struct IncludeReading {
  /// Where a file was included, from the model itself inwards; nothing for the model.
  typealias Chain = [SourcePosition]

  private let limits: ModelLimits
  /// The folder beneath which all files lie; nil when the model does not come from a file.
  private let root: String?
  private(set) var tree: SourceTree
  private(set) var diagnostics: [(diagnostic: Diagnostic, chain: Chain)] = []
  /// The chains of all files, by their index.
  private var chains: [Chain] = [[]]
  private var seen: Set<String> = []
  private var bytes: Int

  init(_ tree: SourceTree, isFile: Bool, limits: ModelLimits) {
    self.tree = tree
    self.limits = limits
    root = isFile ? Path.folder(of: tree.text.file) : nil
    bytes = tree.text.bytes.count
    if isFile, let real = Path.resolved(tree.text.file) { seen.insert(real) }
  }

  /// Replaces every `<include>` of the model.
  mutating func resolve() {
    guard !tree.elements.isEmpty else { return }
    let children = included(in: 0, folder: [], open: root == nil ? [] : Array(seen))
    tree.elements[0].children = children
    tree.chains = chains
  }

  /// The children of a `<model>`, its includes replaced by what the files hold.
  private mutating func included(in parent: Int, folder: [String], open: [String]) -> [Int] {
    var children: [Int] = []
    for child in tree[parent].children {
      guard tree[child].isStandard, tree[child].name == "include" else {
        children.append(child)
        continue
      }
      children += contents(of: child, folder: folder, open: open)
    }
    return children
  }

  /// What an `<include>` brings in.
  private mutating func contents(of index: Int, folder: [String], open: [String]) -> [Int] {
    guard let href = checkedPath(index) else { return [] }
    guard let root else {
      report(
        "include-refused", "a model that does not come from a file can include none",
        remedy: "keep it in a file, or write the block here", at: href.valuePosition)
      return []
    }
    guard let parts = Self.normalized(folder + href.value.split(separator: "/").map(String.init)),
      !href.value.hasPrefix("/"), !href.value.contains(":")
    else {
      reportOutside(href)
      return []
    }
    let path = Path.join(root, parts.joined(separator: "/"))
    // Links must not lead out either.
    if let real = Path.resolved(path), let top = Path.resolved(root) {
      guard real.hasPrefix(top == "/" ? top : top + "/") else {
        reportOutside(href)
        return []
      }
      guard !open.contains(real) else {
        report(
          "include-loop", "'\(href.value.shortened)' includes itself", remedy: "remove one of the includes",
          at: href.valuePosition)
        return []
      }
      guard seen.insert(real).inserted else { return [] }
      return read(path, href, folder: Array(parts.dropLast()), open: open + [real])
    }
    return read(path, href, folder: Array(parts.dropLast()), open: open)
  }

  private mutating func checkedPath(_ index: Int) -> SourceAttribute? {
    for attribute in tree[index].attributes where attribute.name != "href" && attribute.namespace == nil {
      report(
        "unknown-attribute", "<include> has no attribute '\(attribute.name.shortened)'", remedy: "it has href",
        at: attribute.namePosition)
    }
    for child in tree[index].children {
      report("misplaced-element", "\(tree[child].shown) cannot stand inside <include>", at: tree[child].position)
    }
    guard let href = tree[index].attribute("href"), !href.value.trimmingWhitespace.isEmpty else {
      report(
        "missing-attribute", "<include> needs the attribute 'href'", remedy: "name the file to bring in",
        at: tree[index].position)
      return nil
    }
    return href
  }

  private mutating func reportOutside(_ href: SourceAttribute) {
    report(
      "include-outside", "'\(href.value.shortened)' is not in the model's folder",
      remedy: "give a path relative to this file that stays in the folder of the model or below it",
      at: href.valuePosition)
  }

  /// Reads a file and takes its elements over. Returns what stands inside its root.
  private mutating func read(_ path: String, _ href: SourceAttribute, folder: [String], open: [String]) -> [Int] {
    let position = href.valuePosition
    guard chains.count <= limits.includes, chains[Int(position.file)].count < limits.includeDepth else {
      report(
        "too-many-includes",
        "more than \(limits.includes) files are included, or more than \(limits.includeDepth) inside one another",
        at: position)
      return []
    }
    do throws(DiagnosticError) {
      let content = try FileReading.bytes(path, limit: limits.fileBytes - bytes)
      bytes += content.count
      let text = SourceText(file: path, bytes: try TextDecoder(file: path, limits: limits).decode(content))
      let other = try parseXML(text, limits: limits)
      chains.append(chains[Int(position.file)] + [position])
      let start = tree.append(other)
      if let malformed = other.malformed { add(malformed, file: chains.count - 1) }
      guard start < tree.elements.count, checkRoot(start) else { return [] }
      return included(in: start, folder: folder, open: open).filter { isAllowed($0) }
    } catch {
      guard let first = error.diagnostics.first else { return [] }
      if let place = first.place, place.line > 0 {
        // What the file itself says about its place stays; who includes it is added.
        diagnostics.append((first, chains[Int(position.file)] + [position]))
      } else {
        report(first.code, "'\(href.value.shortened)': \(first.message)", remedy: first.remedy, at: position)
      }
      return []
    }
  }

  private mutating func checkRoot(_ index: Int) -> Bool {
    guard tree.elements.count <= limits.elements else {
      report(
        "too-many-elements", "the files together have more than \(limits.elements) elements", at: tree[index].position)
      return false
    }
    let offset = Int(tree.scan.tags[index].text)
    if offset >= 0 {
      var position = tree.source(tree[index].position).position(at: offset)
      position.file = tree[index].position.file
      report("unexpected-text", "<model> holds no text", remedy: "comments are written <!-- ... -->", at: position)
    }
    guard tree[index].isStandard, tree[index].name == "model" else {
      report(
        tree[index].name == "model" ? "wrong-namespace" : "wrong-root",
        "the root element of an included file is \(tree[index].shown)",
        remedy: "expected <model xmlns=\"\(ElementSchema.standardNamespace)\">", at: tree[index].position)
      return false
    }
    return true
  }

  /// Whether an included file may hold the element; what belongs to one experiment alone it may not.
  private mutating func isAllowed(_ index: Int) -> Bool {
    let element = tree[index]
    guard element.isStandard else { return true }
    if element.name == "description" { return false }
    guard ["plugin", "data", "preprocess", "augment", "views", "training"].contains(element.name) else { return true }
    report(
      "misplaced-element", "an included file holds no \(element.shown)",
      remedy: "move it to the model that includes it",
      at: element.position)
    return false
  }

  /// The parts of a path without `.` and `..`; nil if it leads out.
  static func normalized(_ parts: [String]) -> [String]? {
    var result: [String] = []
    for part in parts where part != "." && !part.isEmpty {
      if part == ".." {
        guard result.popLast() != nil else { return nil }
      } else {
        result.append(part)
      }
    }
    return result.isEmpty ? nil : result
  }

  private mutating func report(_ code: String, _ message: String, remedy: String? = nil, at position: SourcePosition) {
    let diagnostic = Diagnostic(
      code: code, message, remedy: remedy, place: tree.place(position), sourceLine: tree.line(position))
    add(diagnostic, file: Int(position.file))
  }

  private mutating func add(_ diagnostic: Diagnostic, file: Int) {
    guard diagnostics.count < limits.messages else { return }
    diagnostics.append((diagnostic, chains[file]))
  }
}

extension SourceTree {
  /// The file that a position lies in.
  func source(_ position: SourcePosition) -> SourceText {
    position.file == 0 ? text : others[Int(position.file) - 1]
  }

  func place(_ position: SourcePosition) -> SourcePlace { source(position).place(position) }
  func line(_ position: SourcePosition) -> String? { source(position).line(Int(position.line)) }

  /// The line of an element in words, with its file if that is not the one at hand.
  func line(of element: Int, from here: SourcePosition) -> String {
    let position = self[element].position
    return "line \(position.line)" + (position.file == here.file ? "" : " of \(source(position).file)")
  }

  /// The includes that led to a file, the innermost first, as notes to a message.
  func notes(_ chain: IncludeReading.Chain) -> [Diagnostic] {
    chain.reversed().prefix(8).map { position in
      Diagnostic(.note, code: "included-here", "included here", place: place(position), sourceLine: line(position))
    }
  }

  /// Takes over the elements of another file. Returns the index of its root, if it has one.
  mutating func append(_ other: SourceTree) -> Int {
    others.append(other.text)
    let file = Int32(others.count)
    let start = elements.count
    scan.append(other.scan, keeping: start, count: other.elements.count)
    for element in other.elements {
      var moved = element
      moved.position.file = file
      moved.children = element.children.map { $0 + start }
      for index in moved.attributes.indices {
        moved.attributes[index].namePosition.file = file
        moved.attributes[index].valuePosition.file = file
      }
      elements.append(moved)
    }
    return start
  }
}
