import CNNRunLayer
import NNCore

/// Texts and names as a C library hands them over: read with a limit, and refused where they are not UTF-8.
enum CText {
  /// The longest text that a declaration may hold, in bytes.
  static let longest = 4096

  /// The text at `pointer`; nil for none. Throws a `LibraryFault` if it is too long or not UTF-8.
  static func read(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(LibraryFault) -> String? {
    guard let pointer else { return nil }
    var length = 0
    while length <= longest, pointer[length] != 0 { length += 1 }
    guard length <= longest else { throw LibraryFault("\(what) has no end within \(longest) bytes") }
    guard let text = String(validatingCString: pointer) else { throw LibraryFault("\(what) is not UTF-8") }
    return text
  }

  /// A text that has to be there.
  static func required(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(LibraryFault) -> String {
    guard let text = try read(pointer, what), !text.isEmpty else { throw LibraryFault("\(what) is missing") }
    return text
  }

  /// The text in a fixed array of characters, up to its first 0.
  static func fixed<T>(_ characters: T) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// What is wrong with a library's description of itself, as the rest of a sentence about it.
struct LibraryFault: Error {
  let problem: String

  init(_ problem: String) { self.problem = problem }
}

extension ElementError {
  /// What a function of a C layer said is wrong; `fallback` if it said nothing.
  init(_ error: nnrun_error, fallback: String) {
    let message = CText.fixed(error.message)
    let remedy = CText.fixed(error.remedy)
    let attribute = CText.fixed(error.attribute)
    self.init(
      code: "plugin-layer", message.isEmpty ? fallback : message, remedy: remedy.isEmpty ? nil : remedy,
      attribute: attribute.isEmpty ? nil : attribute)
  }
}

extension nnrun_shape {
  /// A shape of one sample.
  init(_ shape: Shape) {
    self.init()
    rank = Int32(shape.rank)
    withUnsafeMutableBytes(of: &sizes) { bytes in
      for axis in 0..<shape.rank { bytes.storeBytes(of: Int32(shape[axis]), toByteOffset: 4 * axis, as: Int32.self) }
    }
  }

  /// The shape; nil if it is none.
  var shape: Shape? {
    guard rank >= 0, Int(rank) <= Shape.maximumRank else { return nil }
    return withUnsafeBytes(of: sizes) { bytes in
      Shape((0..<Int(rank)).map { Int(bytes.load(fromByteOffset: 4 * $0, as: Int32.self)) })
    }
  }
}
