import NNCore
import NNText

extension ModelReader {
  /// The registered elements of a section that holds nothing else.
  mutating func readList(_ index: Int, _ structure: ModelStructure, _ section: ModelSection) -> [ModelElement] {
    _ = structureAttributes(index, structure)
    return readElements(index, structure, section)
  }

  mutating func readElements(
    _ index: Int, _ structure: ModelStructure, _ section: ModelSection
  ) -> [ModelElement] {
    checkText(index)
    var elements: [ModelElement] = []
    for child in tree[index].children {
      guard let known = registered(child, section) else {
        reportUnknown(child, in: structure)
        continue
      }
      if let element = make(child, tree[child].attributes, declaration(known), scope: nil) { elements.append(element) }
    }
    return elements
  }

  mutating func readData(_ index: Int) {
    if let attributes = structureAttributes(index, .data), attributes.has("classes") {
      classes = attributes.words("classes")
      checkClasses(index)
    }
    checkText(index)
    for child in tree[index].children {
      if tree[child].isStandard, tree[child].name == "split" {
        readSplit(child)
      } else if let known = registered(child, .data) {
        let windows = readWindows(child, of: known)
        if var element = make(child, tree[child].attributes, declaration(known), scope: nil) {
          element.children = windows.map { [$0] } ?? []
          sources.append(element)
        }
      } else {
        reportUnknown(child, in: .data)
      }
    }
  }

  /// Reads the `<windows>` inside a source, if there are any.
  private mutating func readWindows(_ index: Int, of source: ElementDeclaration) -> ModelElement? {
    let found = tree[index].children.filter { isWindows($0, inside: index) }
    if found.count > 1 {
      report("duplicate-element", "there are two <windows> in one source", remedy: "keep one of them", at: found[1])
    }
    return found.first.flatMap {
      make($0, tree[$0].attributes, declaration(ElementDeclaration(WindowsDescription.self)), scope: nil)
    }
  }

  /// Whether an element is the `<windows>` of a source that may have some.
  func isWindows(_ index: Int, inside parent: Int) -> Bool {
    tree[index].isStandard && tree[index].name == ModelStructure.windows.schema.name && tree[parent].isStandard
      && ModelStructure.windows.parents.contains(tree[parent].name)
  }

  private mutating func checkClasses(_ index: Int) {
    var seen: Set<String> = []
    for name in classes ?? [] where !seen.insert(name).inserted {
      guard let attribute = tree[index].attribute("classes") else { return }
      report("duplicate-name", "the class '\(name.shortened)' is given twice", remedy: "remove one", at: attribute)
    }
  }

  private mutating func readSplit(_ index: Int) {
    checkLeaf(index, nil)
    guard let attributes = structureAttributes(index, .split) else { return }
    guard let choice = splitChoice(index, attributes) else { return }
    let split = SplitDescription(
      role: attributes.text("role"), from: attributes.text("from"),
      fraction: attributes.has("fraction") ? attributes.number("fraction") : 0, choice: choice,
      seed: attributes.integer("seed"), place: tree.place(tree[index].position))
    guard split.role != split.from else {
      let attribute = tree[index].attribute("from") ?? tree[index].attribute("role")
      let message = "a split of '\(split.from)' cannot have the role '\(split.role)' itself"
      if let attribute { report("bad-split", message, remedy: "name another role", at: attribute) }
      return
    }
    splits.append(split)
  }

  /// Which samples a `<split>` takes; nil, with a message, for attributes that exclude one another.
  private mutating func splitChoice(_ index: Int, _ attributes: Attributes) -> SplitDescription.Choice? {
    let ways = ["group", "order", "column", "stratified"].filter { attributes.has($0) }
    if ways.count > 1, let attribute = tree[index].attribute(ways[1]) {
      report(
        "exclusive-attributes", "<split> has both '\(ways[0])' and '\(ways[1])'", remedy: "keep one of them",
        at: attribute, isName: true)
      return nil
    }
    let isMarked = attributes.has("column")
    guard isMarked != attributes.has("fraction"), isMarked || !attributes.has("value") else {
      report(
        isMarked || attributes.has("fraction") ? "exclusive-attributes" : "missing-attribute",
        "<split> needs a fraction, or a column that says which rows are taken and may have a value",
        remedy: isMarked ? "keep column, with value, alone" : "write fraction=\"0.2\", for instance", at: index)
      return nil
    }
    if isMarked {
      return .marked(
        column: attributes.text("column"),
        value: attributes.has("value") ? attributes.text("value") : attributes.text("role"))
    }
    if attributes.has("group") { return .groups(column: attributes.text("group")) }
    guard attributes.has("order") else {
      return .random(stratified: attributes.has("stratified") ? attributes.boolean("stratified") : nil)
    }
    let order = attributes.text("order")
    return .last(column: order == "file" ? nil : order)
  }

  /// Reads `<views>`, when the net has been read.
  mutating func readViews(_ index: Int) {
    checkLeaf(index, nil)
    let inputs = net.items.compactMap { $0.result?.element.element as? NetworkElement.Input }
    guard let attributes = structureAttributes(index, .views),
      let shape = inputs.filter({ $0.value == nil }).map(\.shape).min(by: Self.isPicture(_:before:))
    else { return }
    guard shape.rank == 2 || shape.rank == 3 else {
      return report(
        "bad-views", "<views> looks at pictures, but the net reads the shape \(shape)",
        remedy: "pictures have the shape channels x height x width, such as 3x32x32", at: index)
    }
    let (height, width, shift) = (shape[shape.rank - 2], shape[shape.rank - 1], attributes.integer("shift"))
    if shift >= min(height, width), let attribute = tree[index].attribute("shift") {
      return report(
        "bad-views", "moving by \(shift) pixels leaves nothing of a picture of \(height)x\(width)",
        remedy: "usual distances are 1 and 2", at: attribute)
    }
    views = ViewsDescription(
      shape: shape, mirrored: attributes.boolean("mirrored"), shift: shift, place: tree.place(tree[index].position))
  }

  /// Orders shapes so that those of pictures come first.
  private static func isPicture(_ first: Shape, before second: Shape) -> Bool {
    (2...3).contains(first.rank) && !(2...3).contains(second.rank)
  }

  mutating func readTraining(_ index: Int) {
    checkText(index)
    let attributes = structureAttributes(index, .training)
    if let epochs = tree[index].attribute("epochs"), let steps = tree[index].attribute("steps") {
      let later = steps.origin != nil || epochs.origin == nil ? steps : epochs
      report(
        "exclusive-attributes", "<training> has both 'epochs' and 'steps'", remedy: "keep one of them", at: later,
        isName: true)
    }
    var chosen: [ElementKind: Int] = [:]
    var elements: [ElementKind: [ModelElement]] = [:]
    for child in tree[index].children {
      guard let known = registered(child, .training) else {
        reportUnknown(child, in: .training)
        continue
      }
      let kind = known.schema.kind
      if let first = chosen[kind] {
        report(
          "duplicate-element",
          "there are two \(kind == .stopping ? "stopping rule" : kind.rawValue)s: "
            + "\(tree[first].shown) on line \(tree[first].position.line) and \(tree[child].shown)",
          remedy: "keep one of them", at: child)
      }
      if chosen[kind] == nil { chosen[kind] = child }
      if let element = make(child, tree[child].attributes, declaration(known), scope: nil) {
        elements[kind, default: []].append(element)
      }
    }
    guard let attributes else { return }
    let steps = attributes.has("steps") ? attributes.integer("steps") : nil
    training = TrainingDescription(
      epochs: attributes.has("epochs") ? attributes.integer("epochs") : steps == nil ? TrainingDefaults.epochs : nil,
      steps: steps,
      batch: attributes.integer("batch"), seed: attributes.integer("seed"),
      clipNorm: attributes.has("clipNorm") ? attributes.number("clipNorm") : nil,
      clipValue: attributes.has("clipValue") ? attributes.number("clipValue") : nil,
      shuffle: attributes.boolean("shuffle"), shards: attributes.has("shards") ? Int(attributes.text("shards")) : nil,
      roundsGradients: attributes.text("wire") == "bf16",
      optimizer: elements[.optimizer]?.first,
      schedule: elements[.schedule]?.first, stopping: elements[.stopping]?.first,
      place: tree.place(tree[index].position))
  }
}
