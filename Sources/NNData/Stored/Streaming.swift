import NNCore

/// `stream` and `window` of a source whose inputs may stay in their file.
struct Streaming {
  /// The declarations.
  ///
  /// - Parameter needs: what the file must be like, as a sentence.
  static func attributes(_ needs: String) -> [AttributeSchema] {
    [
      .optional(
        "stream", .boolean, default: .boolean(false),
        "Whether the inputs stay in their file, which may be larger than memory, and are read batch by batch. " + needs),
      .optional(
        "window", .integer(1...Int(Int32.max)), default: .integer(65536),
        "With stream: how many samples that follow each other are shuffled together; the windows are in random order as well."
      ),
    ]
  }

  /// The samples of a window.
  let window: Int

  /// nil if the source does not stream. Throws an `ElementError` for attributes that go without it.
  init?(_ attributes: Attributes, _ element: String) throws {
    guard attributes.boolean("stream") else { return nil }
    for name in ["lengths", "group"] where attributes.has(name) {
      throw ElementError(
        code: "exclusive-attributes", "<\(element)> streams samples of one length alone",
        remedy: "leave out \(name), or stream", attribute: "stream")
    }
    window = attributes.integer("window")
  }
}
