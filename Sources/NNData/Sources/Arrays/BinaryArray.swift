import NNCore

/// An array from a binary file: its sizes, the first being the number of samples, and its elements.
struct BinaryArray {
  var dimensions: [Int]
  var elements: DataArray.Elements
  /// Whether the file holds whole numbers.
  var isInteger: Bool
  let file: String

  /// The most elements that an array may have.
  static let mostElements = 1 << 33

  /// The product of sizes, or nil when it is out of bounds.
  static func count(_ dimensions: [Int]) -> Int? {
    var product = 1
    for size in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow, next <= mostElements else { return nil }
      product = next
    }
    return product
  }

  /// The array as a net's input.
  func input(_ name: String = "input") throws -> DataArray {
    DataArray(name: name, form: .values(try sampleShape()), elements: elements, file: file)
  }

  /// The array as the lengths of samples. Throws a `DiagnosticError` for numbers that are not whole.
  func lengths(_ name: String) throws -> [Int] {
    guard dimensions.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw DiagnosticError(
        code: "sample-count", file: file,
        "'\(name)' is an array of \(dimensions.map(String.init).joined(separator: "x")), but there is one length for each "
          + "sample")
    }
    let numbers = DataArray(name: name, form: .values(Shape(1)), elements: elements, file: file)
    return try (0..<elements.count).map { index in
      guard let length = Int(exactly: numbers.value(index)) else {
        throw DiagnosticError(
          code: "length-out-of-range", file: file,
          "the length \(numbers.value(index)) of sample \(index + 1) is not a whole number")
      }
      return length
    }
  }

  /// The array as a target: whole numbers are class labels, other numbers are values.
  ///
  /// - Parameter inputs: those whose steps an array of labels per step may belong to. If all that have as many steps have the
  ///   same lengths, what lies beyond them is no label.
  func target(_ name: String, _ context: SourceContext, _ inputs: [DataArray] = []) throws -> DataArray {
    let shape = try sampleShape()
    var numbers = DataArray(name: name, form: .values(shape), elements: elements, file: file)
    let sequences = inputs.filter { input in
      input.form.shape.rank > 0 && shape.rank > 0 && input.form.shape[0] == shape[0]
    }
    if let lengths = sequences.first?.lengths, sequences.allSatisfy({ $0.lengths == lengths }) {
      numbers = try numbers.sequences(lengths: lengths.map { Int($0) }, file: file)
    }
    if case .values? = context.labelForm { return numbers }
    let isLabel = shape.elementCount == 1 || context.labelsPerStep && shape.rank == 1
    guard isInteger || context.classes != nil, isLabel else { return numbers }
    try numbers.requireFinite(file: file)
    var known = context.classes?.count
    if case .classes(let count, _)? = context.labelForm { known = count }
    var labels: [Int32] = []
    labels.reserveCapacity(elements.count)
    var highest = 0
    for index in 0..<elements.count {
      let value = numbers.value(index)
      if let label = Int32(exactly: value), context.ignoredLabels.contains(Int(label)) {
        labels.append(label)
        continue
      }
      guard value >= 0, value == value.rounded(), value < Double(known ?? 1 << 24) else {
        throw DiagnosticError(
          code: "label-out-of-range", file: file,
          "the label \(value) of \(shape.elementCount == 1 ? "sample \(index + 1)" : numbers.place(index)) is not a class from 0 to \((known ?? 1 << 24) - 1)"
        )
      }
      highest = max(highest, Int(value))
      labels.append(Int32(value))
    }
    numbers.form = .classes(count: known ?? highest + 1, shape: shape.elementCount == 1 ? Shape(1) : shape)
    numbers.elements = .labels(labels)
    return numbers
  }

  private func sampleShape() throws -> Shape {
    guard let count = dimensions.first, count > 0 else {
      throw DiagnosticError(code: "no-samples", file: file, "the array has no samples")
    }
    let rest = dimensions.count == 1 ? [1] : Array(dimensions.dropFirst())
    guard rest.count <= Shape.maximumRank else {
      throw DiagnosticError(
        code: "bad-shape", file: file,
        "its samples have \(rest.count) dimensions, more than the \(Shape.maximumRank) that are possible",
        remedy: "reshape the array")
    }
    guard let shape = Shape(rest) else {
      throw DiagnosticError(
        code: "bad-shape", file: file,
        "samples of \(rest.map(String.init).joined(separator: "x")) elements cannot be used")
    }
    return shape
  }
}
