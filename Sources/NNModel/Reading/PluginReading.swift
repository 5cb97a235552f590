import NNCore
import NNFiles

/// A library that a model file asks for by `<plugin>`. Reading the model loads none: whoever runs it decides.
package struct PluginReference: Sendable {
  /// The library's file, as seen from the working folder.
  package let path: String
  /// What the model calls it.
  package let href: String
  /// Where it does.
  package let place: SourcePlace
  /// The line there.
  package let sourceLine: String?
}

extension ModelLoader {
  /// The libraries that a model file asks for; none if it cannot be read, which loading it will tell.
  package static func plugins(of path: String) -> [PluginReference] {
    guard let bytes = try? FileReading.bytes(path, limit: ModelLimits.standard.fileBytes),
      let text = try? TextDecoder(file: path, limits: .standard).decode(bytes),
      let tree = try? parseXML(SourceText(file: path, bytes: text), limits: .standard)
    else { return [] }
    return tree.plugins.map { href in
      PluginReference(
        path: href.value.hasPrefix("/") ? href.value : Path.join(Path.folder(of: path), href.value), href: href.value,
        place: tree.place(href.valuePosition), sourceLine: tree.line(href.valuePosition))
    }
  }
}

extension SourceTree {
  /// The attributes that name libraries.
  var plugins: [SourceAttribute] {
    guard let root = elements.first else { return [] }
    return root.children.compactMap { child in
      let element = self[child]
      let isPlugin = element.isStandard && element.name == ModelStructure.plugin.schema.name
      return isPlugin ? element.attribute("href").flatMap { $0.value.isEmpty ? nil : $0 } : nil
    }
  }
}
