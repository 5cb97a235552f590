import NNCore

extension ModelDescription {
  /// Everything that the model says, as one text for each path, such as `training.batch` or `network.fc1.units`; defaults
  /// are filled in, blocks and repetitions written out.
  ///
  /// Two models with the same settings train alike on the same data. Paths of files are left out: what counts is what is
  /// in them. So are names and descriptions for people.
  package var settings: [String: String] {
    var list = SettingList()
    list["model.precision"] = precision.rawValue
    if let classes { list["data.classes"] = classes.joined(separator: " ") }
    for source in sources {
      let path = "data.\(source.attributes.text("role"))"
      list.add(path, source, except: ["role"])
      for child in source.children { list.add("\(path).\(child.schema.name)", child) }
    }
    for (index, split) in splits.enumerated() {
      let path = "data.split\(index + 1)"
      list[path] = "\(split.role) from \(split.from)"
      for (name, value) in split.attributes where name != "role" && name != "from" { list["\(path).\(name)"] = value }
    }
    if let columns {
      list["columns.missingValues"] = columns.missingValues?.joined(separator: " ")
      for (index, column) in columns.elements.enumerated() { list.add("columns.column\(index + 1)", column) }
    }
    for (index, step) in preprocessing.enumerated() { list.add("preprocess.step\(index + 1)", step) }
    for (index, step) in augmentation.enumerated() { list.add("augment.step\(index + 1)", step) }
    if let views {
      list["views.mirrored"] = views.mirrored ? "true" : "false"
      list["views.shift"] = String(views.shift)
    }
    for definition in definitions { list["define.\(definition.name)"] = definition.canonical }
    for element in network { add(element, to: &list) }
    if let training { add(training, to: &list) }
    return list.values
  }

  private func add(_ element: NetworkElement, to list: inout SettingList) {
    let path = "network.\(element.name)"
    list.add(path, element.element, except: ["name", "from", "share", "shape"])
    if let input = element.element.element as? NetworkElement.Input {
      list["\(path).shape"] = input.writtenShape
    } else {
      list["\(path).shape"] = element.element.attributes["shape"].map(\.written)
    }
    list["\(path).from"] = element.inputs.map { "\(network[$0.element].name).\($0.output + 1)" }.joined(separator: " ")
    list["\(path).share"] = element.sharedWith.map { network[$0].name }
  }

  private func add(_ training: TrainingDescription, to list: inout SettingList) {
    for (name, value) in training.attributes { list["training.\(name)"] = value }
    if let optimizer = training.optimizer { list.add("training.optimizer", optimizer) }
    if let schedule = training.schedule { list.add("training.schedule", schedule) }
    if let rule = training.stopping { list.add("training.stopping", rule) }
  }
}

extension TrainingDescription {
  /// The attributes of `<training>` that hold, defaults filled in.
  var attributes: [(name: String, value: String)] {
    let values: [(String, AttributeValue?)] = [
      ("epochs", epochs.map { .integer($0) }), ("steps", steps.map { .integer($0) }), ("batch", .integer(batch)),
      ("seed", .integer(seed)), ("clipNorm", clipNorm.map { .number($0) }),
      ("clipValue", clipValue.map { .number($0) }), ("shuffle", .boolean(shuffle)),
      ("shards", shards.map { .integer($0) }), ("wire", roundsGradients ? .text("bf16") : nil),
    ]
    return values.compactMap { name, value in value.map { (name, $0.written) } }
  }
}

/// Settings while they are collected.
private struct SettingList {
  private(set) var values: [String: String] = [:]

  subscript(path: String) -> String? {
    get { values[path] }
    set { values[path] = newValue }
  }

  /// Adds an element under `path`: its name there, its attributes below.
  mutating func add(_ path: String, _ element: ModelElement, except left: Set<String> = []) {
    let schema = element.schema
    values[path] =
      schema.namespace == ElementSchema.standardNamespace ? schema.name : "\(schema.namespace) \(schema.name)"
    for attribute in schema.allAttributes where !left.contains(attribute.name) && attribute.kind != .path {
      values["\(path).\(attribute.name)"] = element.attributes[attribute.name].map { attribute.kind.written($0) }
    }
  }
}
