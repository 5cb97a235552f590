import NNCore
import NNFormulas
import NNText

/// Writes models as XML.
public enum ModelWriter {
  /// The model with every default filled in and blocks and repetitions written out: XML that loads to the same model.
  public static func expanded(_ model: ModelDescription) -> String {
    var writer = Writer(model)
    writer.write(model)
    return writer.text
  }

  /// A `<define>` on a line of its own.
  static func text(of definition: LayerDefinition) -> String {
    let lists = [
      ("name", [definition.name]), ("inputs", definition.inputs), ("parameters", definition.writtenParameters),
      ("attributes", definition.writtenAttributes),
    ]
    let attributes = lists.filter { !$0.1.isEmpty }.map { " \($0.0)=\"\(markupEscaped($0.1.joined(separator: " ")))\"" }
    return "  <define\(attributes.joined())>\(markupEscaped(definition.text))</define>\n"
  }

  private struct Writer {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    /// The prefix of every namespace but the standard one.
    var prefixes: [String: String] = [:]

    init(_ model: ModelDescription) {
      var elements =
        model.sources + (model.columns?.elements ?? []) + model.preprocessing + model.augmentation
        + model.network.map(\.element)
      if let training = model.training {
        elements += [training.optimizer, training.schedule, training.stopping].compactMap(\.self)
      }
      for element in elements {
        let namespace = element.schema.namespace
        guard namespace != ElementSchema.standardNamespace, prefixes[namespace] == nil else { continue }
        let isFree = !element.prefix.isEmpty && !prefixes.values.contains(element.prefix)
        var number = prefixes.count + 1
        while prefixes.values.contains("ns\(number)") { number += 1 }
        prefixes[namespace] = isFree ? element.prefix : "ns\(number)"
      }
    }

    mutating func write(_ model: ModelDescription) {
      text += "<model xmlns=\"\(ElementSchema.standardNamespace)\""
      for (namespace, prefix) in prefixes.sorted(by: { $0.value < $1.value }) {
        write("xmlns:\(prefix)", namespace)
      }
      write("name", model.name)
      write("precision", model.precision.rawValue)
      text += ">\n"
      if let summary = model.summary { text += "  <description>\(markupEscaped(summary))</description>\n" }
      for library in model.libraries {
        text += "  <plugin"
        write("href", library)
        text += "/>\n"
      }
      writeData(model)
      if let columns = model.columns {
        text += "  <columns"
        if let words = columns.missingValues { write("missingValues", words.joined(separator: " ")) }
        text += ">\n"
        for element in columns.elements { write(element) }
        text += "  </columns>\n"
      }
      writeSection("preprocess", model.preprocessing)
      writeSection("augment", model.augmentation)
      if let views = model.views {
        text += "  <views"
        write("mirrored", views.mirrored ? "true" : "false")
        write("shift", String(views.shift))
        text += "/>\n"
      }
      for definition in model.definitions { text += ModelWriter.text(of: definition) }
      text += "  <network>\n"
      for (index, element) in model.network.enumerated() { write(element, index, model.network) }
      text += "  </network>\n"
      if let training = model.training { write(training) }
      text += "</model>\n"
    }

    private mutating func writeData(_ model: ModelDescription) {
      guard !model.sources.isEmpty || !model.splits.isEmpty || model.classes != nil else { return }
      text += "  <data"
      if let classes = model.classes { write("classes", classes.joined(separator: " ")) }
      text += ">\n"
      for source in model.sources { write(source) }
      for split in model.splits {
        text += "    <split"
        for (name, value) in split.attributes { write(name, value) }
        text += "/>\n"
      }
      text += "  </data>\n"
    }

    private mutating func writeSection(_ name: String, _ elements: [ModelElement]) {
      guard !elements.isEmpty else { return }
      text += "  <\(name)>\n"
      for element in elements { write(element) }
      text += "  </\(name)>\n"
    }

    private mutating func write(_ training: TrainingDescription) {
      text += "  <training"
      for (name, value) in training.attributes { write(name, value) }
      text += ">\n"
      for element in [training.optimizer, training.schedule, training.stopping].compactMap(\.self) { write(element) }
      text += "  </training>\n"
    }

    private mutating func write(_ element: NetworkElement, _ index: Int, _ network: [NetworkElement]) {
      begin(element.element)
      write("name", element.name)
      // What reads the element before it, as most layers do, need not say so.
      let isNext = element.inputs == [NetworkElement.Reference(element: index - 1, output: 0)]
      if !element.inputs.isEmpty, !isNext {
        let names = element.inputs.map { input in
          NetworkNames<NetworkElement.Reference>.written(network[input.element].name, output: input.output)
        }
        write("from", names.joined(separator: " "))
      }
      if let shared = element.sharedWith { write("share", network[shared].name) }
      if let input = element.element.element as? NetworkElement.Input { write("shape", input.writtenShape) }
      writeAttributes(of: element.element, except: element.isInput ? ["name", "shape"] : ["name", "from", "share"])
      text += "/>\n"
    }

    private mutating func write(_ element: ModelElement) {
      begin(element)
      writeAttributes(of: element, except: [])
      guard !element.children.isEmpty else { return text += "/>\n" }
      text += ">\n"
      for child in element.children {
        text += "  "
        write(child)
      }
      text += "    </\(prefixes[element.schema.namespace].map { "\($0):" } ?? "")\(element.schema.name)>\n"
    }

    private mutating func begin(_ element: ModelElement) {
      let schema = element.schema
      text += "    <" + (prefixes[schema.namespace].map { "\($0):\(schema.name)" } ?? schema.name)
    }

    private mutating func writeAttributes(of element: ModelElement, except left: Set<String>) {
      for attribute in element.schema.allAttributes where !left.contains(attribute.name) {
        guard let value = element.attributes[attribute.name] else { continue }
        write(attribute.name, attribute.kind.written(value))
      }
    }

    private mutating func write(_ name: String, _ value: String) { text += " \(name)=\"\(markupEscaped(value))\"" }
  }
}
