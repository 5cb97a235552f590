import CNNRunLayer
import NNCore

/// The declarations of a C library's layers, as the registry takes them. What a library says is checked once, here.
enum CDeclaration {
  /// Members of `nnrun_layer` up to this size have to be there; later ones are optional.
  static let leastLayerSize = MemoryLayout<nnrun_layer>.size
  static let mostLayers = 1000
  static let mostAttributes = 100

  /// The declaration of a layer.
  static func schema(_ c: nnrun_layer, namespace: String) throws(LibraryFault) -> ElementSchema {
    let name = try CText.required(c.name, "the name of a layer")
    func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(LibraryFault) -> String {
      try CText.read(pointer, "the \(what) of '\(name)'") ?? ""
    }
    guard c.kind == Int32(NNRUN_LAYER.rawValue) || c.kind == Int32(NNRUN_LOSS.rawValue) else {
      throw LibraryFault("'\(name)' is neither a layer nor a loss (kind \(c.kind))")
    }
    guard c.minimum_inputs >= 0, c.maximum_inputs >= c.minimum_inputs, c.maximum_inputs <= 1000 else {
      throw LibraryFault("'\(name)' says that it reads \(c.minimum_inputs) to \(c.maximum_inputs) inputs")
    }
    guard c.attribute_count >= 0, c.attribute_count <= mostAttributes, c.attribute_count == 0 || c.attributes != nil
    else {
      throw LibraryFault(
        "'\(name)' says that it has \(c.attribute_count) attributes; at most \(mostAttributes) are allowed")
    }
    guard c.create != nil, c.destroy != nil, c.plan != nil, c.forward_float != nil, c.backward_float != nil else {
      throw LibraryFault("'\(name)' lacks one of create, destroy, plan, forward_float, backward_float")
    }
    guard (c.forward_double == nil) == (c.backward_double == nil) else {
      throw LibraryFault("'\(name)' has only one of forward_double and backward_double")
    }
    var attributes: [AttributeSchema] = []
    for index in 0..<Int(c.attribute_count) { attributes.append(try attribute(c.attributes[index], of: name)) }
    return ElementSchema(
      c.kind == Int32(NNRUN_LOSS.rawValue) ? .loss : .layer, name, namespace: namespace,
      summary: try CText.required(c.summary, "the summary of '\(name)'"), formula: try text(c.formula, "formula"),
      reference: try text(c.reference, "reference"), example: try CText.required(c.example, "the example of '\(name)'"),
      attributes: attributes, inputs: Int(c.minimum_inputs)...Int(c.maximum_inputs))
  }

  private static func attribute(_ c: nnrun_attribute, of layer: String) throws(LibraryFault) -> AttributeSchema {
    let name = try CText.required(c.name, "the name of an attribute of '\(layer)'")
    let what = "attribute '\(name)' of '\(layer)'"
    let documentation = try CText.required(c.documentation, "the documentation of \(what)")
    let kind = try kind(c, what)
    guard c.is_required == 0 else { return .required(name, kind, documentation) }
    guard let text = try CText.read(c.default_value, "the default of \(what)") else {
      return .optional(name, kind, documentation)
    }
    do throws(ElementError) {
      return .optional(name, kind, default: try kind.parse(text), documentation)
    } catch {
      throw LibraryFault("the default of \(what) does not fit it: \(error.message)")
    }
  }

  private static func kind(_ c: nnrun_attribute, _ what: String) throws(LibraryFault) -> AttributeKind {
    guard !c.lower.isNaN, !c.upper.isNaN, c.lower <= c.upper else { throw LibraryFault("\(what) has no range") }
    switch c.kind {
    case Int32(NNRUN_BOOLEAN.rawValue): return .boolean
    case Int32(NNRUN_INTEGER.rawValue):
      // Whole numbers beyond 2^53 are not exact in a double.
      let largest = 9_007_199_254_740_992.0
      let lower = max(c.lower, -largest).rounded(.up) + (c.excludes_lower != 0 && c.lower == c.lower.rounded() ? 1 : 0)
      let upper = min(c.upper, largest).rounded(.down) - (c.excludes_upper != 0 && c.upper == c.upper.rounded() ? 1 : 0)
      guard lower <= upper else { throw LibraryFault("\(what) has no range") }
      return .integer(Int(lower)...Int(upper))
    case Int32(NNRUN_NUMBER.rawValue):
      return .number(
        NumberRange(
          c.lower.isFinite ? c.lower : nil, c.upper.isFinite ? c.upper : nil, excludesLower: c.excludes_lower != 0,
          excludesUpper: c.excludes_upper != 0))
    case Int32(NNRUN_TEXT.rawValue): return .text
    case Int32(NNRUN_CHOICE.rawValue):
      let words = try CText.required(c.choices, "the choices of \(what)").split(separator: " ").map(String.init)
      guard !words.isEmpty else { throw LibraryFault("\(what) has no choices") }
      return .choice(words)
    case Int32(NNRUN_SHAPE.rawValue): return .shape
    case Int32(NNRUN_NUMBERS.rawValue): return .numbers
    default: throw LibraryFault("\(what) is of the unknown kind \(c.kind)")
    }
  }
}
