import NNCore
import NNFiles
import NNText

/// NumPy's file of one array: magic, version, a Python dictionary that describes the array, the elements.
///
/// Format: numpy.lib.format, versions 1 to 3.
enum NPYFile {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Whether the bytes begin like an npy file.
  static func isNPY(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.starts(with: magic) }

  /// What a file's first bytes say of its array.
  static func layout(_ bytes: ArraySlice<UInt8>, file: String) throws -> ArrayLayout {
    func failure(_ code: String, _ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: code, file: file, message, remedy: remedy)
    }
    guard isNPY(bytes) else { throw failure("not-npy", "this is not an npy file: it does not begin as one") }
    var reader = ByteReader(bytes.dropFirst(magic.count))
    guard let major = reader.integer(1, isBigEndian: false), reader.take(1) != nil,
      let length = reader.integer(major == 1 ? 2 : 4, isBigEndian: false), let text = reader.take(Int(length))
    else { throw failure("truncated", "the file ends within its header") }
    guard (1...3).contains(major) else { throw failure("npy-version", "version \(major) of the format is not known") }
    guard text.count <= NPYHeader.longestText else {
      throw failure("bad-header", "the header is longer than \(NPYHeader.longestText) bytes")
    }
    let header: NPYHeader
    do {
      header = try NPYHeader(text)
    } catch {
      throw failure(
        "bad-header",
        "the header does not describe an array: \(error.reason): \(String(decoding: text.prefix(80), as: UTF8.self).shortened)"
      )
    }
    guard let descriptor = header.descriptor else {
      throw failure(
        "unsupported-type", "its elements have several named fields, which cannot be read",
        "save each field as an array of its own")
    }
    guard let (type, isBigEndian, isInteger) = elementType(descriptor) else {
      throw failure(
        "unsupported-type", "elements of type \(descriptor.shortened)\(meaning(descriptor)) cannot be read",
        "convert the array, for instance with astype('float32')")
    }
    let shape = "(" + header.dimensions.map(String.init).joined(separator: ", ") + ")"
    return ArrayLayout(
      type: type, isBigEndian: isBigEndian, isInteger: isInteger, dimensions: header.dimensions,
      start: bytes.count - reader.left, isFortranOrder: header.isFortranOrder,
      promise: "an array \(shape.shortened) of \(type.size) byte\(type.size == 1 ? "" : "s") an element")
  }

  /// The array in a file.
  static func parse(_ bytes: ArraySlice<UInt8>, file: String, isDouble: Bool) throws -> BinaryArray {
    let layout = try layout(bytes, file: file)
    let (type, dimensions) = (layout.type, layout.dimensions)
    let data = bytes.dropFirst(layout.start)
    let count = try layout.count(following: data.count, file: file)
    let copies = layout.isFortranOrder ? 2 : 1
    try SystemMemory.require(Count.product(copies, type.decodedSize(isDouble: isDouble), count), reading: file)
    var elements = type.decode(data, isBigEndian: layout.isBigEndian, isDouble: isDouble)
    if layout.isFortranOrder { elements = rowMajor(elements, dimensions) }
    return BinaryArray(dimensions: dimensions, elements: elements, isInteger: layout.isInteger, file: file)
  }

  /// What the letter of a type that cannot be read stands for.
  private static func meaning(_ descriptor: String) -> String {
    switch descriptor.drop(while: { "<>|=".contains($0) }).first {
    case "U", "S", "a": ", which is text,"
    case "O": ", which is Python objects,"
    case "c": ", which is complex numbers,"
    case "M", "m": ", which is times,"
    default: ""
    }
  }

  private static func elementType(_ descriptor: String) -> (BinaryType, isBigEndian: Bool, isInteger: Bool)? {
    let characters = Array(descriptor)
    guard characters.count == 3, "<>|=".contains(characters[0]), characters[2].isASCII,
      let size = characters[2].wholeNumberValue
    else { return nil }
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
    switch elements.inMemory {
    case .bytes(let values): return .bytes(reordered(values))
    case .floats(let values): return .floats(reordered(values))
    case .doubles(let values): return .doubles(reordered(values))
    case .labels(let values): return .labels(reordered(values))
    case .stored(let numbers): return .stored(numbers)
    }
  }
}
