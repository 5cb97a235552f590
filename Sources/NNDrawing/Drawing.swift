/// A graph to be drawn, before anything has a place: nodes, and wires with words above and below.
package struct Drawing: Sendable {
  /// How a node looks.
  package enum Appearance: Sendable, Hashable {
    /// A name at the start of wires.
    case source
    /// A circle around a symbol, with the node's name below.
    case operation
    /// A box with lines of text.
    case layer
    /// Nothing: where a result leaves the graph.
    case end
  }

  /// One node.
  package struct Node: Sendable, Hashable {
    /// How it looks.
    package var appearance: Appearance
    /// The text of a source, the symbol of an operation, the lines of a layer.
    package var lines: [String]
    /// The name below an operation; empty if it needs none.
    package var name: String
    /// The groups that it is in, outermost first.
    package var groups: [String]
    /// What a pointer that rests on it is told.
    package var remark: String

    /// A node.
    package init(
      _ appearance: Appearance, _ lines: [String], name: String = "", groups: [String] = [], remark: String = ""
    ) {
      self.appearance = appearance
      self.lines = lines
      self.name = name
      self.groups = groups
      self.remark = remark
    }
  }

  /// A wire between two nodes, by their indices.
  package struct Wire: Sendable, Hashable {
    /// The index of the node where it begins.
    package var from: Int
    /// The index of the node where it ends.
    package var to: Int
    /// The words above it, such as a value.
    package var above: String
    /// The words below it, such as a gradient.
    package var below: String

    /// A wire.
    package init(from: Int, to: Int, above: String = "", below: String = "") {
      self.from = from
      self.to = to
      self.above = above
      self.below = below
    }
  }

  /// What the drawing shows, in a few words.
  package var title: String
  /// The nodes.
  package var nodes: [Node]
  /// The wires; they form no cycle.
  package var wires: [Wire]

  /// A drawing.
  package init(title: String, nodes: [Node] = [], wires: [Wire] = []) {
    self.title = title
    self.nodes = nodes
    self.wires = wires
  }

  /// Whether a layer's name says nothing: it is the element's with a number, as layers are called that are not named.
  package static func isGenerated(_ name: String, element: String) -> Bool {
    name.hasPrefix(element) && name.dropFirst(element.count).allSatisfy(\.isNumber)
  }
}
