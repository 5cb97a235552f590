import NNCore
import NNFiles

/// The inputs that a table's encoded columns make, sample by sample.
struct EncodedInputs {
  /// One input: which columns it reads, and its numbers so far.
  private struct Input {
    let name: String
    let columns: [Int]
    let isIndex: Bool
    let width: Int
    var floats: [Float] = []
    var doubles: [Double] = []
    var indices: [Int32] = []
    /// If the samples are sequences: the steps of each.
    var lengths: [Int32]?
  }

  private let isDouble: Bool
  private var inputs: [Input] = []

  /// Inputs without samples, in the order in which features name them. The features are learned.
  init(_ features: [TableFeature], isDouble: Bool, samples: Int) {
    self.isDouble = isDouble
    for (name, columns, isIndex) in Self.groups(features) {
      let encodings = columns.compactMap { features[$0].encoding }
      var input = Input(name: name, columns: columns, isIndex: isIndex, width: Count.sum(encodings.map(\.width)))
      if encodings.allSatisfy(\.isSequence) { input.lengths = [] }
      let room = Count.product(input.width, samples)
      if input.isIndex {
        input.indices.reserveCapacity(room)
      } else if isDouble {
        input.doubles.reserveCapacity(room)
      } else {
        input.floats.reserveCapacity(room)
      }
      inputs.append(input)
    }
  }

  /// Throws a `DiagnosticError` unless so many samples can be had in memory.
  static func requireMemory(
    _ features: [TableFeature], samples: Int, isDouble: Bool, file: String
  ) throws(DiagnosticError) {
    let width = Count.sum(features.map { $0.encoding?.width ?? 0 })
    let size = isDouble ? MemoryLayout<Double>.size : MemoryLayout<Float>.size
    try SystemMemory.require(
      Count.product(width, samples, size), for: "encoding \(samples) rows of a table as \(width) numbers each",
      remedy: "give categories of many values a minimumCount, or an input of their own for <embedding>",
      place: SourcePlace(file: file, line: 0, column: 0))
  }

  /// Adds a sample.
  ///
  /// - Parameter numbers: for each column, its numbers, which must be finite in the net's precision; of a sequence those of
  ///   its steps.
  mutating func append(_ numbers: [[Double]]) {
    for index in inputs.indices {
      for column in inputs[index].columns {
        if inputs[index].isIndex {
          inputs[index].indices.append(contentsOf: numbers[column].lazy.map { Int32($0) })
          guard inputs[index].lengths != nil else { continue }
          inputs[index].lengths?.append(Int32(numbers[column].count))
          let padding = inputs[index].width - numbers[column].count
          inputs[index].indices.append(contentsOf: repeatElement(0, count: padding))
        } else if isDouble {
          inputs[index].doubles.append(contentsOf: numbers[column])
        } else {
          inputs[index].floats.append(contentsOf: numbers[column].lazy.map { Float($0) })
        }
      }
    }
  }

  /// The arrays of the inputs.
  var arrays: [DataArray] {
    inputs.compactMap { input in
      guard let shape = Shape([input.width]) else { return nil }
      let elements: DataArray.Elements =
        input.isIndex ? .labels(input.indices) : isDouble ? .doubles(input.doubles) : .floats(input.floats)
      var array = DataArray(name: input.name, form: .values(shape), elements: elements)
      array.lengths = input.lengths
      return array
    }
  }
}
