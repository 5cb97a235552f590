import NNCore

/// NumPy's file of one array: magic, version, a Python dictionary that describes the array, the elements.
///
/// Format: numpy.lib.format, versions 1 to 3.
enum NPYFile {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Whether the bytes begin like an npy file.
  static func isNPY(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.starts(with: magic) }

  /// The array in a file.
  static func parse(_ bytes: ArraySlice<UInt8>, file: String, isDouble: Bool) throws -> BinaryArray {
    func failure(_ code: String, _ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: code, file: file, message, remedy: remedy)
    }
    guard isNPY(bytes) else { throw failure("not-npy", "this is not an npy file: it does not begin as one") }
    var reader = ByteReader(bytes.dropFirst(magic.count))
    guard let major = reader.integer(1, isBigEndian: false), reader.take(1) != nil,
      let length = reader.integer(major == 1 ? 2 : 4, isBigEndian: false), let header = reader.take(Int(length))
    else { throw failure("truncated", "the file ends within its header") }
    guard (1...3).contains(major) else { throw failure("npy-version", "version \(major) of the format is not known") }
    let text = String(decoding: header, as: UTF8.self)
    guard let descriptor = value("descr", text), let order = value("fortran_order", text),
      let shape = value("shape", text), order == "True" || order == "False"
    else { throw failure("bad-header", "the header does not describe an array: \(text.shortened)") }
    guard let (type, isBigEndian, isInteger) = elementType(descriptor) else {
      throw failure(
        "unsupported-type", "elements of type \(descriptor.shortened) cannot be read",
        "convert the array, for instance with astype('float32')")
    }
    var dimensions: [Int] = []
    for part in shape.dropFirst().dropLast().split(separator: ",") {
      let word = String(part).trimmingWhitespace
      if word.isEmpty { continue }
      guard let size = Int(word), size >= 0 else {
        throw failure("bad-header", "the shape \(shape.shortened) is not one")
      }
      dimensions.append(size)
    }
    let following = reader.left
    guard let count = BinaryArray.count(dimensions), let data = reader.take(count * type.size), reader.left == 0 else {
      throw failure(
        "wrong-size",
        "the header promises an array \(shape.shortened) of \(type.size) byte\(type.size == 1 ? "" : "s") an element, "
          + "but \(following) bytes follow")
    }
    var elements = type.decode(data, isBigEndian: isBigEndian, isDouble: isDouble)
    if order == "True" { elements = rowMajor(elements, dimensions) }
    return BinaryArray(dimensions: dimensions, elements: elements, isInteger: isInteger, file: file)
  }

  /// The value of a key in the header's dictionary, as written: a quoted text, a tuple, or a word.
  private static func value(_ key: String, _ header: String) -> String? {
    guard let found = header.ranges(of: "'\(key)'").first else { return nil }
    let rest = header[found.upperBound...].drop { $0 == " " }
    guard rest.first == ":" else { return nil }
    let value = rest.dropFirst().drop { $0 == " " }
    switch value.first {
    case "'":
      return value.dropFirst().firstIndex(of: "'").map { String(value[value.index(after: value.startIndex)..<$0]) }
    case "(": return value.firstIndex(of: ")").map { String(value[...$0]) }
    default: return String(value.prefix { $0.isLetter })
    }
  }

  private static func elementType(_ descriptor: String) -> (BinaryType, isBigEndian: Bool, isInteger: Bool)? {
    let characters = Array(descriptor)
    guard characters.count == 3, "<>|=".contains(characters[0]), let size = characters[2].wholeNumberValue else {
      return nil
    }
    let isBigEndian = characters[0] == ">"
    switch (characters[1], size) {
    case ("f", 2), ("f", 4), ("f", 8): return (.float(size), isBigEndian, false)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return (.signed(size), isBigEndian, true)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return (.unsigned(size), isBigEndian, true)
    case ("b", 1): return (.unsigned(1), isBigEndian, true)
    default: return nil
    }
  }

  /// Elements that run through the first index fastest, put into row-major order.
  private static func rowMajor(_ elements: DataArray.Elements, _ dimensions: [Int]) -> DataArray.Elements {
    func reordered<T>(_ values: [T]) -> [T] {
      var strides = [Int](repeating: 1, count: dimensions.count)
      for axis in dimensions.indices.dropFirst() { strides[axis] = strides[axis - 1] * dimensions[axis - 1] }
      var index = [Int](repeating: 0, count: dimensions.count)
      var source = 0
      var result: [T] = []
      result.reserveCapacity(values.count)
      for _ in values.indices {
        result.append(values[source])
        for axis in dimensions.indices.reversed() {
          index[axis] += 1
          source += strides[axis]
          if index[axis] < dimensions[axis] { break }
          source -= strides[axis] * dimensions[axis]
          index[axis] = 0
        }
      }
      return result
    }
    switch elements {
    case .bytes(let values): return .bytes(reordered(values))
    case .floats(let values): return .floats(reordered(values))
    case .doubles(let values): return .doubles(reordered(values))
    case .labels(let values): return .labels(reordered(values))
    }
  }
}
