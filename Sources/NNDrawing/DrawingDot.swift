import NNCore
import NNText

extension Drawing {
  /// The drawing in the language of Graphviz ("The DOT Language", graphviz.org), which then chooses the places.
  package var dot: String {
    var text = "digraph \(quoted(title)) {\n  rankdir=LR;\n  node [fontname=\"monospace\", fontsize=11];\n"
    text += "  edge [fontname=\"monospace\", fontsize=10];\n"
    text += cluster(Array(nodes.indices), depth: 0, path: "")
    for wire in wires {
      var label: [String] = []
      if !wire.above.isEmpty { label.append(font("0b7a33", wire.above)) }
      if !wire.below.isEmpty { label.append(font("c62828", wire.below)) }
      text += "  n\(wire.from) -> n\(wire.to)"
      text += label.isEmpty ? ";\n" : " [label=<\(label.joined(separator: "<br/>"))>];\n"
    }
    return text + "}\n"
  }

  private func font(_ colour: String, _ words: String) -> String {
    "<font color=\"#\(colour)\">\(markupEscaped(words))</font>"
  }

  private func cluster(_ members: [Int], depth: Int, path: String) -> String {
    let indent = String(repeating: "  ", count: depth + 1)
    var text = ""
    var groups: [String: [Int]] = [:]
    var order: [String] = []
    for index in members {
      guard nodes[index].groups.count > depth else {
        text += indent + statement(index)
        continue
      }
      let group = nodes[index].groups[depth]
      if groups[group] == nil { order.append(group) }
      groups[group, default: []].append(index)
    }
    for group in order {
      let inside = path + "/" + group
      text += "\(indent)subgraph \(quoted("cluster" + inside)) {\n\(indent)  label=\(quoted(group)); style=dashed;\n"
      text += cluster(groups[group] ?? [], depth: depth + 1, path: inside) + "\(indent)}\n"
    }
    return text
  }

  private func statement(_ index: Int) -> String {
    let node = nodes[index]
    var attributes: [String]
    switch node.appearance {
    case .source: attributes = ["shape=plaintext", "label=\(quoted(node.lines.joined(separator: " ")))"]
    case .operation:
      attributes = ["shape=circle", "label=\(quoted(node.lines.joined(separator: " ")))"]
      if !node.name.isEmpty { attributes.append("xlabel=\(quoted(node.name))") }
    case .layer: attributes = ["shape=box", "style=rounded", "label=\(quoted(node.lines.joined(separator: "\n")))"]
    case .end: attributes = ["shape=point", "style=invis", #"label="""#]
    }
    return "n\(index) [\(attributes.joined(separator: ", "))];\n"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}
