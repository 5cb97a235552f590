/// A layer that takes the numbers of its input for indices, such as the words of a vocabulary. Only such layers may read
/// an input of `kind="index"`; all others would take the numbers for quantities.
public protocol IndexReadingLayer: Layer {
  /// The layer for an input whose indices lie in 0 ..< `entries`. Throws an `ElementError` if it cannot take so many.
  func reading(entries: Int) throws(ElementError) -> Self
}

extension NetworkDefinition {
  /// The layer as it reads `sources`: one that reads indices learns how many there are. Throws an `ElementError` if the
  /// layer and an input do not mean the same by a number.
  func reading(_ sources: [Value], _ layer: any Layer) throws(ElementError) -> any Layer {
    let read = sources.compactMap { source -> Input? in
      if case .input(let index) = source.origin { inputs[index] } else { nil }
    }
    guard let reader = layer as? any IndexReadingLayer else {
      guard let input = read.first(where: { $0.entries != nil }) else { return layer }
      throw ElementError(
        code: "index-input",
        "<\(layer.schema.name)> would take the indices of '\(input.name)' for quantities",
        remedy: "put <embedding size=\"...\"/> before it, or take kind=\"index\" away", attribute: "from")
    }
    guard let entries = read.first?.entries else {
      throw ElementError(
        code: "index-input", "<\(layer.schema.name)> reads indices, which what it reads here is not",
        remedy: "let it read an <input kind=\"index\" entries=\"...\"/>", attribute: "from")
    }
    return try reader.reading(entries: entries)
  }
}
