import NNCore
import NNText

/// Reads a tree of elements as a model: checks every element against its declaration and gathers all that is wrong.
struct ModelReader {
  /// A declaration with its attributes by name, looked up once for all elements of the kind.
  struct Declaration {
    var element: ElementDeclaration
    var schema: ElementSchema { element.schema }
    var attributes: [String: AttributeSchema]
    var names: [String]

    init(_ element: ElementDeclaration) {
      self.element = element
      let all = element.schema.allAttributes
      names = all.map(\.name)
      attributes = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The elements that are known, those that the model defines among them.
  var registry: Registry
  let limits: ModelLimits
  let sections: ModelSections
  let text: SourceText
  var tree: SourceTree
  var diagnostics: DiagnosticList
  var overrides: OverrideList
  var declarations: [ElementKey: Declaration] = [:]
  var net = NetworkInProgress()
  var definitions: [ModelDefinition] = []
  /// The sizes of their formulas: a layer takes as many times 8 bytes.
  var definitionSizes: [String: Int] = [:]
  /// The names of definitions that are wrong: what uses them is not wrong as well.
  var unknownDefinitions: Set<String> = []

  var classes: [String]?
  var summary: String?
  var sources: [ModelElement] = []
  var splits: [SplitDescription] = []
  var columns: ColumnsDescription?
  var preprocessing: [ModelElement] = []
  var augmentation: [ModelElement] = []
  var views: ViewsDescription?
  var training: TrainingDescription?

  init(
    _ files: IncludeReading, registry: Registry, limits: ModelLimits, sections: ModelSections, overrides: [String],
    overrideTitle: String
  ) {
    self.registry = registry
    self.limits = limits
    self.sections = sections
    tree = files.tree
    text = files.tree.text
    diagnostics = DiagnosticList(limit: limits.messages)
    for (index, chain) in tree.chains.enumerated() where index > 0 {
      diagnostics.included[tree.others[index - 1].file] = chain.flatMap { [Int($0.line), Int($0.column)] }
    }
    for entry in files.diagnostics { diagnostics.add(entry.diagnostic, notes: files.tree.notes(entry.chain)) }
    self.overrides = OverrideList()
    for override in overrides { self.overrides.add(override, title: overrideTitle, &diagnostics) }
  }

  /// The model, or all that is wrong with it.
  mutating func read() throws(DiagnosticError) -> ModelDescription {
    if let malformed = tree.malformed { diagnostics.add(malformed) }
    guard let root = tree.elements.first, checkRoot(root) else {
      throw DiagnosticError(diagnostics.sorted(.error))
    }
    applyOverrides()
    let attributes = structureAttributes(0, .model)
    let found = findSections()
    if sections.contains(.data), let data = found["data"]?.first { readData(data) }
    if sections.contains(.data), let section = found["columns"]?.first { readColumns(section) }
    if sections.contains(.preprocess), let section = found["preprocess"]?.first {
      preprocessing = readList(section, .preprocess, .preprocess)
    }
    if sections.contains(.training), let section = found["augment"]?.first {
      augmentation = readList(section, .augment, .augment)
    }
    if let description = found["description"]?.first { readSummary(description) }
    for plugin in found["plugin"] ?? [] {
      checkLeaf(plugin, nil)
      _ = structureAttributes(plugin, .plugin)
    }
    readDefinitions(found["define"] ?? [])
    let network = found["network"]?.first
    if let network {
      readNetwork(network, blocks: found["block"] ?? [])
    } else if tree.malformed == nil {
      report("missing-network", "<model> has no <network>", remedy: "it holds the net's inputs and layers", at: 0)
    }
    if let section = found["views"]?.first { readViews(section) }
    if sections.contains(.training), let section = found["training"]?.first { readTraining(section) }
    if network == nil { rejectUnusedOverrides() }
    guard !diagnostics.hasErrors, let attributes, let network else {
      addShapeErrors()
      throw DiagnosticError(diagnostics.sorted(.error))
    }
    checkColumns()
    guard !diagnostics.hasErrors else { throw DiagnosticError(diagnostics.sorted(.error)) }
    warnAboutBlocks()
    warnAboutDefinitions()
    var description = ModelDescription(
      name: attributes.has("name") ? attributes.text("name") : Self.name(ofFile: text.file), file: text.file,
      text: overrides.applied(to: text), summary: summary,
      precision: ModelDescription.Precision(rawValue: attributes.text("precision")) ?? .float, classes: classes,
      sources: sources, splits: splits, columns: columns,
      preprocessing: preprocessing, augmentation: augmentation,
      views: views, network: net.items.compactMap(\.result), training: training,
      plugins: usedPlugins, libraries: tree.plugins.map(\.value),
      definitions: definitions.map(\.definition), messages: diagnostics,
      texts: [text] + tree.others, modelPlace: tree.place(root.position),
      networkPlace: tree.place(tree[network].position))
    if overrides.needExpansion || !tree.others.isEmpty { description.text = ModelWriter.expanded(description) }
    return description
  }

  /// The plug-ins that have layers in the net: others are not needed to predict.
  private var usedPlugins: [PluginIdentity] {
    var namespaces: Set<String> = []
    for key in declarations.keys where key.section == .network { namespaces.insert(key.namespace) }
    return registry.plugins.filter { namespaces.contains($0.namespace) }
  }

  private static func name(ofFile file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? "model"
    return (last.hasSuffix(".xml") ? String(last.dropLast(4)) : last).asElementName ?? "model"
  }

  private mutating func checkRoot(_ root: SourceElement) -> Bool {
    let expected = "<model xmlns=\"\(ElementSchema.standardNamespace)\">"
    if root.name != "model" {
      report("wrong-root", "the root element is \(root.shown)", remedy: "expected \(expected)", at: 0)
    } else if let namespace = root.namespace, namespace != ElementSchema.standardNamespace {
      report(
        "wrong-namespace", "<model> is in the namespace '\(namespace.shortened)'", remedy: "expected \(expected)",
        at: 0)
    } else if root.namespace == nil {
      report("wrong-namespace", "<model> is in no namespace", remedy: "expected \(expected)", at: 0)
    } else {
      return true
    }
    return false
  }

  /// The root's children by name, wrong and repeated ones reported.
  private mutating func findSections() -> [String: [Int]] {
    checkText(0)
    var found: [String: [Int]] = [:]
    for child in tree[0].children {
      let element = tree[child]
      guard element.isStandard, let structure = ModelStructure.named(element.name),
        structure.parents.contains("model")
      else {
        reportUnknown(child, in: .model)
        continue
      }
      if structure.isUnique, let first = found[element.name]?.first {
        report(
          "duplicate-section",
          "\(element.shown) is given twice; the first is on \(tree.line(of: first, from: element.position))",
          remedy: "join the two", at: child)
      } else {
        found[element.name, default: []].append(child)
      }
    }
    return found
  }

  private mutating func readSummary(_ index: Int) {
    _ = structureAttributes(index, .description)
    for child in tree[index].children {
      report("misplaced-element", "<description> holds only text, not \(tree[child].shown)", at: child)
    }
    let words = tree[index].text.splitAtWhitespace
    summary = words.isEmpty ? nil : words.joined(separator: " ")
  }
}
