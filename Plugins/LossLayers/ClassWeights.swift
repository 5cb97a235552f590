import NNCore

/// The weights of classes as a model file gives them.
struct ClassWeights {
  /// A weight for each class; nil for 1.
  var values: [Double]?
  /// Whether the training data decides; see `ClassBalancing`.
  var isBalanced = false

  private static let balanced = "balanced"

  /// The attribute's declaration.
  static func attribute(_ lead: String = "") -> AttributeSchema {
    .optional(
      "classWeights", .words,
      lead + "A weight for each class, or balanced: with n samples, n_k of class k, n / (classes n_k). 1 unless given.")
  }

  /// What the attributes say. Throws an `ElementError` for anything but numbers, at least 0, and the word.
  init(_ attributes: Attributes) throws {
    guard attributes.has("classWeights") else { return }
    let words = attributes.words("classWeights")
    if words == [Self.balanced] {
      isBalanced = true
      return
    }
    values = try words.map { word in
      guard let value = Double(word), value.isFinite, value >= 0 else {
        throw ElementError(
          code: "bad-value", "'\(word.shortened)' is no class weight", remedy: "write numbers, at least 0, or balanced",
          attribute: "classWeights")
      }
      return value
    }
  }
}
