import NNCore
import NNFiles
import NNKernels
import NNText

/// Samples that are made up, so that a model file is complete without data.
public struct RandomSource: DataSource, DeclaredElement {
  /// The declaration of `<random>`.
  public static let schema = ElementSchema(
    .source, "random", summary: "Samples that are made up from a seed, so that a model is complete without data.",
    example: #"<random role="train" samples="64" shape="1000" values="10" seed="0"/>"#,
    attributes: [
      .required("samples", .integer(1...100_000_000), "How many samples."),
      .required("shape", .shape, "The shape of one sample's input."),
      .optional("classes", .integer(2...1_000_000), "Make labels of so many classes."),
      .optional("values", .integer(1...1_000_000), "Make so many target numbers for each sample."),
      .optional(
        "teacher", .choice(["linear", "none"]), default: .text("linear"),
        "How targets follow from inputs: a random linear map (the largest of its outputs is the class), or not at all."),
      .optional(
        "distribution", .choice(["normal", "uniform"]), default: .text("normal"),
        "The inputs: normal with deviation 1, or uniform from 0 to 1."),
      .optional("seed", .integer(0...Int.max), default: .integer(0), "Chooses the numbers."),
      .optional(
        "task", .integer(0...Int.max), default: .integer(0),
        "Chooses the linear map: sources with the same number teach the same."),
    ])

  private let samples: Int
  private let shape: Shape
  private let classes: Int?
  private let values: Int?
  private let isLinear: Bool
  private let isUniform: Bool
  private let seed: UInt64
  private let task: UInt64

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    samples = attributes.integer("samples")
    shape = attributes.shape("shape")
    classes = attributes.has("classes") ? attributes.integer("classes") : nil
    values = attributes.has("values") ? attributes.integer("values") : nil
    isLinear = attributes.text("teacher") == "linear"
    isUniform = attributes.text("distribution") == "uniform"
    seed = UInt64(attributes.integer("seed"))
    task = UInt64(attributes.integer("task"))
    if classes != nil, values != nil {
      throw ElementError(
        code: "exclusive-attributes", "<random> makes classes or values, not both", remedy: "leave one of them out",
        attribute: "values")
    }
    let width = shape.elementCount
    let outputs = classes ?? values ?? 1
    guard BinaryArray.count([samples, max(width, outputs)]) != nil, BinaryArray.count([width, outputs]) != nil else {
      throw ElementError(
        code: "out-of-range", "<random> would make more than \(BinaryArray.mostElements) numbers", attribute: "samples")
    }
  }

  /// Numbers are drawn in double precision, and then kept as the net reads them.
  public func size(isDouble: Bool) -> (samples: Int, bytes: Int)? {
    let numbers = Count.sum(shape.elementCount, classes ?? values ?? 0)
    return (samples, Count.product(samples, numbers, isDouble ? 8 : 12))
  }

  /// Reads the samples of the files that its attributes name. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    if let size = size(isDouble: context.isDouble) {
      try SystemMemory.require(
        size.bytes, for: "<random> of \(grouped(samples)) samples", remedy: "make fewer samples")
    }
    let width = shape.elementCount
    let random = RandomStream(key: seed).derived(1)
    var inputs: [Double] = []
    inputs.reserveCapacity(samples * width)
    for index in 0..<(samples * width) {
      inputs.append(isUniform ? random.uniform(UInt64(index)) : random.normal(UInt64(index)))
    }
    let input = DataArray(name: "input", form: .values(shape), elements: elements(inputs, context))
    guard let count = classes ?? values else { return try Dataset(inputs: [input], targets: []) }
    let answers = isLinear ? taught(inputs, width, count) : drawn(count)
    guard classes != nil else {
      let target = DataArray(name: "label", form: .values(Shape(count)), elements: elements(answers, context))
      return try Dataset(inputs: [input], targets: [target])
    }
    let labels = (0..<samples).map { sample -> Int32 in
      let scores = answers[(sample * count)..<((sample + 1) * count)]
      return Int32((scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex) - scores.startIndex)
    }
    let target = DataArray(name: "label", form: .classes(count: count, shape: Shape(1)), elements: .labels(labels))
    return try Dataset(inputs: [input], targets: [target], classNames: context.classes)
  }

  private func elements(_ values: [Double], _ context: SourceContext) -> DataArray.Elements {
    context.isDouble ? .doubles(values) : .floats(values.map { Float($0) })
  }

  /// Each sample's input times a random matrix whose outputs have about the inputs' deviation.
  private func taught(_ inputs: [Double], _ width: Int, _ count: Int) -> [Double] {
    let random = RandomStream(key: task).derived(2)
    let scale = 1 / Double(width).squareRoot()
    let matrix = (0..<(count * width)).map { random.normal(UInt64($0)) * scale }
    var result: [Double] = []
    result.reserveCapacity(samples * count)
    for sample in 0..<samples {
      for output in 0..<count {
        var sum = 0.0
        for index in 0..<width { sum += matrix[output * width + index] * inputs[sample * width + index] }
        result.append(sum)
      }
    }
    return result
  }

  private func drawn(_ count: Int) -> [Double] {
    let random = RandomStream(key: seed).derived(3)
    return (0..<(samples * count)).map { random.normal(UInt64($0)) }
  }
}
