import NNCore
import NNFiles
import NNText

/// A .ts file: comments, a header of lines that begin with @, and a line for each case. In a case the dimensions are
/// separated by colons, the numbers of a dimension by commas, and the label, if there is one, is last.
struct TimeSeriesFile {
  /// What the header says stands at the end of a case.
  private enum Label { case none, classes, number }

  private let bytes: [UInt8]
  private let file: String
  private let missing: TimeSeriesSource.Missing
  private var label = Label.none
  private var dimensions: Int?
  /// The numbers of all cases, one after the other, each dimension by dimension.
  private var values: [Double] = []
  private var lengths: [Int] = []
  private var labels: [Int32] = []
  private var numbers: [Double] = []
  /// The names of the classes, in the order of their labels.
  private(set) var classNames: [String]?
  /// The numbers of the classes.
  private var classNumbers: [String: Int32] = [:]

  init(_ bytes: [UInt8], file: String, missing: TimeSeriesSource.Missing) {
    (self.bytes, self.file, self.missing) = (bytes, file, missing)
  }

  /// Whether bytes begin like such a file: with a line of the header, after comments and empty lines.
  static func isTimeSeries(_ bytes: [UInt8]) -> Bool {
    for line in Lines(bytes: bytes[...].prefix(1 << 16))
    where !line.isEmpty && bytes[line.lowerBound] != UInt8(ascii: "#") {
      let word = String(decoding: bytes[line].prefix(14), as: UTF8.self).lowercased()
      return ["@problemname", "@timestamps", "@univariate", "@classlabel", "@targetlabel"].contains {
        word.hasPrefix($0) || $0.hasPrefix(word) && word.utf8.count > 8
      }
    }
    return false
  }

  /// Reads all cases. Throws a `DiagnosticError` with file and line.
  ///
  /// - Parameters:
  ///   - classes: the names of the classes, if they are known; those of the header otherwise.
  ///   - hasTargets: whether labels are wanted.
  mutating func read(classes: [String]?, hasTargets: Bool) throws {
    var isHeader = true
    var line = 0
    for range in Lines(bytes: bytes[...]) {
      line += 1
      guard !range.isEmpty, bytes[range.lowerBound] != UInt8(ascii: "#") else { continue }
      if isHeader {
        isHeader = try !readHeader(String(decoding: bytes[range], as: UTF8.self), line)
        if !isHeader {
          classNames = classes ?? classNames
          classNumbers = Dictionary(zip(classNames ?? [], 0...), uniquingKeysWith: { first, _ in first })
        }
      } else {
        try readCase(range, line, hasTargets: hasTargets)
      }
    }
    guard !isHeader else { throw problem(line, "the file has no line @data, after which cases begin") }
    if !hasTargets || label != .classes { classNames = nil }
    guard !lengths.isEmpty else { throw DiagnosticError(code: "no-samples", file: file, "there are no samples") }
  }

  /// Reads a line of the header; true for the last one.
  private mutating func readHeader(_ text: String, _ line: Int) throws -> Bool {
    let words = text.splitAtWhitespace
    guard let tag = words.first?.lowercased(), tag.hasPrefix("@") else {
      throw problem(line, "'\(text.shortened)' is no line of a header", remedy: "put @data before the first case")
    }
    let isTrue = words.count > 1 && words[1].lowercased() == "true"
    switch tag {
    case "@data": return true
    case "@timestamps":
      guard !isTrue else {
        throw problem(
          line, "the numbers have time stamps, which are not read", remedy: "write series of evenly spaced numbers")
      }
    case "@classlabel":
      guard isTrue else { break }
      label = .classes
      classNames = Array(words.dropFirst(2))
      guard Set(classNames ?? []).count == words.count - 2, words.count > 2 else {
        throw problem(line, "@classLabel does not name the classes, each once")
      }
    case "@targetlabel": if isTrue { label = .number }
    case "@dimensions", "@dimension": dimensions = words.count > 1 ? Int(words[1]) : nil
    default: break
    }
    return false
  }

  private mutating func readCase(_ range: Range<Int>, _ line: Int, hasTargets: Bool) throws {
    var fields: [Range<Int>] = []
    var start = range.lowerBound
    for position in range where bytes[position] == UInt8(ascii: ":") {
      fields.append(start..<position)
      start = position + 1
    }
    fields.append(start..<range.upperBound)
    let answer = label == .none ? nil : fields.popLast()
    if let dimensions, fields.count != dimensions {
      throw problem(line, "the case has \(fields.count) dimensions, not \(dimensions)")
    }
    dimensions = fields.count
    var length: Int?
    for (dimension, field) in fields.enumerated() {
      let count = try readNumbers(field, line, dimension)
      guard count == length ?? count else {
        throw problem(
          line, "dimension \(dimension + 1) has \(count) numbers, but dimension 1 has \(length ?? 0)",
          remedy: "all dimensions of a case have the same length")
      }
      length = count
    }
    lengths.append(length ?? 0)
    if let answer, hasTargets { try readLabel(answer, line) }
  }

  /// Appends the numbers of a dimension and gives their count.
  private mutating func readNumbers(_ field: Range<Int>, _ line: Int, _ dimension: Int) throws -> Int {
    guard bytes[field].contains(where: { $0 > 32 }) else {
      throw problem(
        line, "dimension \(dimension + 1) is a series of length 0", remedy: "leave cases without any number out")
    }
    let first = values.count
    var missingFirst = 0
    var start = field.lowerBound
    for position in field.lowerBound...field.upperBound
    where position == field.upperBound || bytes[position] == UInt8(ascii: ",") {
      let text = start..<position
      start = position + 1
      if let number = bytes[text].withUnsafeBufferPointer({ DecimalNumber.parse($0) }) {
        if missingFirst > 0, missing == .previous {
          for index in first..<values.count { values[index] = number }
        }
        missingFirst = 0
        values.append(number)
        continue
      }
      let word = String(decoding: bytes[text], as: UTF8.self).trimmingWhitespace
      guard word == "?" || word.lowercased() == "nan" else {
        throw problem(line, "'\(word.shortened)' of dimension \(dimension + 1) is not a number")
      }
      switch missing {
      case .refuse:
        throw problem(
          line, "number \(values.count - first + 1) of dimension \(dimension + 1) is missing",
          remedy: "say missing=\"previous\" or missing=\"zero\", or mend the file")
      case .zero: values.append(0)
      case .previous:
        if values.count == first || missingFirst > 0 { missingFirst += 1 }
        values.append(missingFirst > 0 ? 0 : values[values.count - 1])
      }
    }
    guard missingFirst == 0 else {
      throw problem(line, "dimension \(dimension + 1) has no number at all", remedy: "say missing=\"zero\"")
    }
    return values.count - first
  }

  private mutating func readLabel(_ field: Range<Int>, _ line: Int) throws {
    let word = String(decoding: bytes[field], as: UTF8.self).trimmingWhitespace
    if label == .number {
      guard let number = bytes[field].withUnsafeBufferPointer({ DecimalNumber.parse($0) }) else {
        throw problem(line, "the target '\(word.shortened)' is not a number")
      }
      numbers.append(number)
      return
    }
    guard let index = classNumbers[word] else {
      let names = classNames ?? []
      throw problem(
        line,
        "the label '\(word.shortened)' is none of the \(names.count) classes "
          + names.joined(separator: ", ").shortened)
    }
    labels.append(index)
  }

  /// The series: cases x the longest one's steps x dimensions. Throws a `DiagnosticError` if they are too large.
  func input() throws -> DataArray {
    let (steps, dimensions) = (lengths.max() ?? 1, dimensions ?? 1)
    guard let shape = Shape([steps, dimensions]) else {
      throw DiagnosticError(code: "bad-shape", file: file, "series of \(steps) steps x \(dimensions) cannot be used")
    }
    try SystemMemory.require(Count.product(lengths.count, shape.elementCount, 8), reading: file)
    var elements = [Double](repeating: 0, count: lengths.count * shape.elementCount)
    var first = 0
    for (sample, length) in lengths.enumerated() {
      for dimension in 0..<dimensions {
        for step in 0..<length {
          elements[(sample * steps + step) * dimensions + dimension] = values[first + dimension * length + step]
        }
      }
      first += length * dimensions
    }
    let array = DataArray(name: "input", form: .values(shape), elements: .doubles(elements), file: file)
    let isEqual = lengths.allSatisfy { $0 == steps }
    return isEqual ? array : try array.sequences(lengths: lengths, file: file)
  }

  /// The labels or the numbers to predict; nil if there are none, or if they are not wanted.
  func target() -> DataArray? {
    if !labels.isEmpty {
      let form = TargetForm.classes(count: classNames?.count ?? 0, shape: Shape(1))
      return DataArray(name: "label", form: form, elements: .labels(labels), file: file)
    }
    guard !numbers.isEmpty else { return nil }
    return DataArray(name: "label", form: .values(Shape(1)), elements: .doubles(numbers), file: file)
  }

  private func problem(_ line: Int, _ message: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(
      code: "bad-series", message, remedy: remedy, place: SourcePlace(file: file, line: line, column: 1))
  }
}

/// The lines of a text, without the white space around them.
private struct Lines: Sequence, IteratorProtocol {
  let bytes: ArraySlice<UInt8>
  private var position: Int

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  mutating func next() -> Range<Int>? {
    guard position < bytes.endIndex else { return nil }
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    var line = position..<end
    position = end + 1
    while let first = line.first, bytes[first] <= 32 { line = (first + 1)..<line.upperBound }
    while let last = line.last, bytes[last] <= 32 { line = line.lowerBound..<last }
    return line
  }
}
