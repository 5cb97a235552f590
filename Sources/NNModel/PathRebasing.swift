import NNCore
import NNFiles
import NNText

extension ModelDescription {
  /// The model's text as it has to be for a file in another folder: paths of data lead to the same files from there.
  /// The text as it is if a folder cannot be found.
  ///
  /// - Parameter folder: a folder that exists.
  package func text(in folder: String) -> String {
    let source = SourceText(file: file, bytes: Array(text.utf8))
    guard let from = Path.resolved(folder), let home = Path.resolved(Path.folder(of: file)), from != home,
      let tree = try? parseXML(source, limits: .standard), let root = tree.elements.first
    else { return text }
    let way = Path.relative(home, from: from)
    // Elements stand in the text in their order: sources among splits, and what <columns> holds.
    func tags(in name: String) -> [Int] {
      guard let section = root.children.first(where: { tree[$0].name == name }) else { return [] }
      return tree[section].children.filter { !(tree[$0].isStandard && tree[$0].name == "split") }
    }
    let sections = [(tags(in: "data"), sources), (tags(in: "columns"), columns?.elements ?? [])]
    guard sections.allSatisfy({ $0.0.count == $0.1.count }) else { return text }
    var bytes: [UInt8] = []
    var offset = 0
    let plugins = root.children.filter { tree[$0].isStandard && tree[$0].name == ModelStructure.plugin.schema.name }
    let named = sections.flatMap { zip($0.0, $0.1.map(\.schema)) } + plugins.map { ($0, ModelStructure.plugin.schema) }
    for (tag, schema) in named.sorted(by: { $0.0 < $1.0 }) {
      let paths = Set(schema.allAttributes.filter { $0.kind == .path }.map(\.name))
      for attribute in tree.scan.tags[tag].attributes.map({ tree.scan.attributes[Int($0)] })
      where paths.contains(source.string(attribute.name)) {
        guard source.bytes[attribute.value].first != UInt8(ascii: "/"), !attribute.value.isEmpty else { continue }
        bytes += source.bytes[offset..<attribute.value.lowerBound]
        bytes += markupEscaped(way + "/").utf8
        offset = attribute.value.lowerBound
      }
    }
    return String(decoding: bytes + source.bytes[offset...], as: UTF8.self)
  }
}
