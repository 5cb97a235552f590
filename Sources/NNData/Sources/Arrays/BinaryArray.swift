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

  /// The array as a target: whole numbers are class labels, other numbers are values.
  func target(_ name: String, _ context: SourceContext) throws -> DataArray {
    let shape = try sampleShape()
    let numbers = DataArray(name: name, form: .values(shape), elements: elements, file: file)
    if case .values? = context.labelForm { return numbers }
    guard isInteger || context.classes != nil, shape.elementCount == 1 else { return numbers }
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
          "the label \(value) of sample \(index + 1) is not a class from 0 to \((known ?? 1 << 24) - 1)")
      }
      highest = max(highest, Int(value))
      labels.append(Int32(value))
    }
    return DataArray(
      name: name, form: .classes(count: known ?? highest + 1, shape: Shape(1)), elements: .labels(labels),
      file: file)
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
