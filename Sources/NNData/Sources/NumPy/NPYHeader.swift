import NNCore
import NNText

/// The dictionary that describes the array in an npy file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`,
/// written as Python writes it, in any version of Python.
struct NPYHeader {
  /// The most dimensions of an array, as in NumPy.
  static let mostDimensions = 64
  /// The longest text that is read; NumPy itself refuses what is longer than a hundredth of it.
  static let longestText = 1 << 20

  /// How elements are written, such as `<f4`; nil if it is no single type but a list of named fields.
  let descriptor: String?
  /// Whether the first index runs fastest.
  let isFortranOrder: Bool
  /// The sizes.
  let dimensions: [Int]

  /// Reads the text. Throws a `Failure`, in words.
  init(_ text: ArraySlice<UInt8>) throws(Failure) {
    var reader = Reader(text)
    var descriptor: String?
    var isFortranOrder: Bool?
    var dimensions: [Int]?
    var hasDescriptor = false
    try reader.expect("{")
    while !reader.skip("}") {
      let key = try reader.string()
      try reader.expect(":")
      switch key {
      case "descr":
        hasDescriptor = true
        if reader.isNext("'") || reader.isNext("\"") { descriptor = try reader.string() } else { try reader.skipList() }
      case "fortran_order": isFortranOrder = try reader.truth()
      case "shape": dimensions = try reader.sizes()
      default: throw Failure("it has the unknown key '\(key.shortened)'")
      }
      if !reader.skip(",") {
        try reader.expect("}")
        break
      }
    }
    guard reader.isAtEnd else { throw Failure("something follows the description") }
    guard hasDescriptor, let isFortranOrder, let dimensions else {
      throw Failure("it does not give 'descr', 'fortran_order' and 'shape'")
    }
    self.descriptor = descriptor
    self.isFortranOrder = isFortranOrder
    self.dimensions = dimensions
  }

  /// What is wrong with a header.
  struct Failure: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// Walks once through the text.
  private struct Reader {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    private mutating func skipBlanks() {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
    }

    var isAtEnd: Bool {
      mutating get {
        skipBlanks()
        return rest.isEmpty
      }
    }

    mutating func isNext(_ sign: Unicode.Scalar) -> Bool {
      skipBlanks()
      return rest.first == UInt8(ascii: sign)
    }

    mutating func skip(_ sign: Unicode.Scalar) -> Bool {
      guard isNext(sign) else { return false }
      rest = rest.dropFirst()
      return true
    }

    mutating func expect(_ sign: Unicode.Scalar) throws(Failure) {
      guard skip(sign) else { throw Failure("a '\(sign)' is missing") }
    }

    /// A text in quotes of either kind; Python 2 may put a `u` or `b` before it.
    mutating func string() throws(Failure) -> String {
      skipBlanks()
      if rest.first == UInt8(ascii: "u") || rest.first == UInt8(ascii: "b") { rest = rest.dropFirst() }
      guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw Failure("a text in quotes is missing")
      }
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote), !rest[..<end].contains(UInt8(ascii: "\\")) else {
        throw Failure("a text does not end")
      }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }

    mutating func truth() throws(Failure) -> Bool {
      skipBlanks()
      for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
        rest = rest.dropFirst(word.utf8.count)
        return value
      }
      throw Failure("'fortran_order' is neither True nor False")
    }

    /// A tuple of sizes, such as `()`, `(3,)` or `(3L, 4L)`, whose L Python 2 writes behind long numbers.
    mutating func sizes() throws(Failure) -> [Int] {
      try expect("(")
      var sizes: [Int] = []
      while !skip(")") {
        skipBlanks()
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
          throw Failure("the shape is not made of whole numbers")
        }
        rest = rest.dropFirst(digits.count)
        if rest.first == UInt8(ascii: "L") { rest = rest.dropFirst() }
        sizes.append(size)
        guard sizes.count <= NPYHeader.mostDimensions else {
          throw Failure("the array has more than \(NPYHeader.mostDimensions) dimensions")
        }
        if !skip(",") {
          try expect(")")
          break
        }
      }
      return sizes
    }

    /// Passes over a list or tuple of anything, which may hold others.
    mutating func skipList() throws(Failure) {
      var depth = 0
      repeat {
        skipBlanks()
        guard let byte = rest.first else { throw Failure("a list does not end") }
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "("):
          depth += 1
          rest = rest.dropFirst()
        case UInt8(ascii: "]"), UInt8(ascii: ")"):
          depth -= 1
          rest = rest.dropFirst()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): _ = try string()
        default:
          guard depth > 0 else { throw Failure("'descr' is neither a text nor a list") }
          rest = rest.dropFirst()
        }
      } while depth > 0
    }
  }
}
