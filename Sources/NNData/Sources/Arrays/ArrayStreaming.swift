import NNCore
import NNFiles

extension Streaming {
  /// What a file with one array must be like.
  static let arrayAttributes = attributes("They are bytes, or numbers of 32 or 64 bits, not compressed.")

  /// The array of a file, whose numbers stay there. Throws a `DiagnosticError` for a file that cannot be read in any order.
  ///
  /// - Parameter layout: what the first bytes say of the array.
  func array(_ path: String, _ layout: (ArraySlice<UInt8>) throws -> ArrayLayout) throws -> BinaryArray {
    func failure(_ message: String, _ remedy: String) -> DiagnosticError {
      DiagnosticError(code: "cannot-stream", file: path, message, remedy: remedy)
    }
    let file = try StoredBytes(path)
    let head = try FileReading.head(path, count: NPYHeader.longestText + 16)
    guard !Compression.isGzip(head) else {
      throw failure("what is compressed can only be read from its beginning", "expand the file: gunzip")
    }
    let layout = try layout(head[...])
    let count = try layout.count(following: file.count - layout.start, file: path)
    guard !layout.isFortranOrder else {
      throw failure(
        "the samples of an array in Fortran order do not follow each other", "save numpy.ascontiguousarray(x)")
    }
    let form: StoredNumbers.Form
    switch layout.type {
    case .unsigned(1): form = .bytes
    case .float(4): form = .floats
    case .float(8): form = .doubles
    default:
      throw failure("its numbers are neither bytes nor of 32 or 64 bits with a point", "save x.astype('float32')")
    }
    let width = max(1, layout.dimensions.dropFirst().reduce(1, *))
    let rows = StoredArrayRows(
      file: file, start: layout.start, width: width, form: form, isBigEndian: layout.isBigEndian)
    let numbers = StoredNumbers(rows, count: count, width: width, form: form, window: window)
    return BinaryArray(
      dimensions: layout.dimensions, elements: .stored(numbers), isInteger: layout.isInteger, file: path)
  }
}

/// What the header of a file with one array says.
struct ArrayLayout {
  var type: BinaryType
  var isBigEndian: Bool
  /// Whether the file holds whole numbers.
  var isInteger: Bool
  var dimensions: [Int]
  /// Where the first number is.
  var start: Int
  var isFortranOrder = false
  /// What the header promises, for messages.
  var promise: String

  /// The number of elements. Throws a `DiagnosticError` unless so many bytes follow the header.
  func count(following bytes: Int, file: String) throws -> Int {
    guard let count = BinaryArray.count(dimensions), count * type.size == bytes else {
      throw DiagnosticError(
        code: "wrong-size", file: file, "the header promises \(promise), but \(bytes) bytes follow")
    }
    return count
  }
}
