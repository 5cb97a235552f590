import NNText

// What every net obeys, whether a program describes it or a file, whose reader adds the places.

extension ElementSchema {
  /// Throws an `ElementError` unless an element of this declaration reads `count` values.
  ///
  /// - Parameters:
  ///   - areNamed: whether they are named one by one, rather than being what stands before the element.
  ///   - shown: the element as messages call it; its name in angle brackets unless given.
  package func checkInputs(_ count: Int, areNamed: Bool, shown: String? = nil) throws(ElementError) {
    guard !inputs.contains(count) else { return }
    let shown = shown ?? "<\(name)>"
    let (least, most) = (inputs.lowerBound, inputs.upperBound)
    var wanted = least == most ? "\(least)" : most >= 1_000 ? "at least \(least)" : "\(least) to \(most)"
    wanted += least == 1 && (most == 1 || most >= 1_000) ? " input" : " inputs"
    if areNamed {
      throw ElementError(code: "input-count", "\(shown) reads \(wanted), not \(count)", attribute: "from")
    }
    if count == 0 {
      throw ElementError(code: "no-input", "\(shown) has nothing to read", remedy: "put an <input> before it")
    }
    throw ElementError(
      code: "input-count",
      "\(shown) reads \(wanted), "
        + (count == 1 ? "not only the element before it" : "not the \(count) that its block reads"),
      remedy: "name what it reads, for instance from=\"a b\"")
  }

  /// Throws an `ElementError` unless a layer of this declaration can use the parameters of the layer called `other`,
  /// whose declaration is `schema`.
  package func checkSharing(with other: String, _ schema: ElementSchema) throws(ElementError) {
    guard schema.key != key else { return }
    throw ElementError(
      code: "bad-share",
      "<\(name)> cannot use the parameters of '\(other.shortened)', which is a <\(schema.name)>",
      remedy: "share with a <\(name)>", attribute: "share")
  }
}

extension ElementError {
  /// A name that something else has already.
  ///
  /// - Parameter holder: what has it, in words.
  package static func taken(
    _ name: String, by holder: String? = nil, remedy: String = "give one of the two another name"
  ) -> ElementError {
    ElementError(
      code: "duplicate-name", "the name '\(name.shortened)' is already taken" + (holder.map { " by the \($0)" } ?? ""),
      remedy: remedy, attribute: "name")
  }

  /// An input to share parameters with.
  package static func inputShare(_ name: String) -> ElementError {
    ElementError(
      code: "bad-share", "'\(name.shortened)' is an input and has no parameters to share", remedy: "name a layer",
      attribute: "share")
  }

  /// A layer to share parameters with that does not exist.
  package static func unknownShare(_ name: String, remedy: String?) -> ElementError {
    ElementError(
      code: "unknown-layer", "there is no earlier layer '\(name.shortened)' to share parameters with", remedy: remedy,
      attribute: "share")
  }
}

extension NetworkDefinition.Input {
  /// Throws an `ElementError` unless fixed elements fill the shape, or the first steps of it if the input has a length; and
  /// unless they are indices, if they are to be.
  package static func check(
    _ value: [Double]?, fills shape: Shape, hasLength: Bool = false, entries: Int? = nil
  ) throws(ElementError) {
    guard !hasLength || shape.rank > 0 else {
      throw ElementError(
        code: "shape-mismatch", "an input of a single number has no steps whose number could vary",
        remedy: "take length=\"varying\" away", attribute: "length")
    }
    guard let value else { return }
    if hasLength {
      let features = shape.elementCount / shape[0]
      guard value.count % features == 0, (1...shape[0]).contains(value.count / features) else {
        throw ElementError(
          code: "shape-mismatch",
          "an input of shape \(shape) with a length needs 1 to \(shape[0]) steps of \(features) "
            + "value\(features == 1 ? "" : "s"), not \(value.count) values", attribute: "value")
      }
    } else if value.count != shape.elementCount {
      throw ElementError(
        code: "shape-mismatch",
        "an input of shape \(shape) needs \(shape.elementCount) value\(shape.elementCount == 1 ? "" : "s"), "
          + "not \(value.count)", attribute: "value")
    }
    guard let entries,
      let wrong = value.first(where: { !($0 >= 0 && $0 < Double(entries) && $0 == $0.rounded()) })
    else { return }
    throw ElementError(
      code: "index-out-of-range",
      "the value \(AttributeValue.number(wrong).written) is none of the input's \(entries) entries",
      remedy: "they are numbered from 0 to \(entries - 1)", attribute: "value")
  }
}
