import NNCore
import NNText

/// An attribute as the file writes it.
struct SourceAttribute: Sendable {
  /// The name with its prefix, as written.
  var name: String
  /// The namespace; nil for a plain name.
  var namespace: String?
  /// The value, its references replaced.
  var value: String
  /// Where the name is.
  var namePosition: SourcePosition
  /// Where the value is, between its quotes.
  var valuePosition: SourcePosition
  /// Whether the file writes the value character for character, on one line, so that words in it can be pointed at.
  var isVerbatim: Bool
  /// The command-line override that gave the value, in place of the file.
  var origin: String?
}

/// An element as the file writes it. Its index is that of its tag in the scan.
struct SourceElement: Sendable {
  /// The local name.
  var name: String
  /// The prefix; empty for the default namespace.
  var prefix: String
  /// The namespace; nil when it has none, or its prefix is not declared.
  var namespace: String?
  /// Where the tag starts; the length covers `<` and the name.
  var position: SourcePosition
  /// The attributes, namespace declarations left out.
  var attributes: [SourceAttribute] = []
  /// The elements inside, by index.
  var children: [Int] = []
  /// The text directly inside. Only kept for elements that hold text.
  var text = ""

  /// The element as a message calls it.
  var shown: String { prefix.isEmpty ? "<\(name.shortened)>" : "<\(prefix.shortened):\(name.shortened)>" }
  var isStandard: Bool { namespace == ElementSchema.standardNamespace }

  func attribute(_ name: String) -> SourceAttribute? { attributes.first { $0.name == name } }
}

/// All elements of a file.
struct SourceTree: Sendable {
  var text: SourceText
  var scan: TagScan
  /// The elements in file order; the root is the first.
  var elements: [SourceElement] = []
  /// What makes the text not well-formed; the elements are then those before that.
  var malformed: Diagnostic?
  /// The texts of included files.
  var others: [SourceText] = []
  /// For each file, where it was included, from the model inwards.
  var chains: [IncludeReading.Chain] = [[]]

  subscript(index: Int) -> SourceElement { elements[index] }
}
