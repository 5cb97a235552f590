import NNCore
import NNKernels
import NNText

/// A part of a set's inputs that means one thing, such as a column of a table: elements of one of the arrays.
package struct DatasetFeature: Sendable, Hashable {
  /// What it is called.
  package var name: String
  /// The input's place among the set's.
  package var input: Int
  /// Its elements within a sample.
  package var elements: Range<Int>
  /// What became of the column of a table that it is; nil for numbers as they came.
  package var encoding: ColumnEncoding?
}

extension Dataset {
  /// What the set's inputs hold, thing by thing: the columns of a table, the elements of other rows, and whole arrays of
  /// another shape, such as sequences.
  ///
  /// - Parameter record: how the training set was read.
  package func features(_ record: SourceRecord?) -> [DatasetFeature] {
    let table = record?.table
    if let features = table?.features, record?.steps == nil { return tableFeatures(features, table?.names) }
    let columns = inputs.count == 1 ? table?.inputNames : nil
    return inputs.enumerated().flatMap { index, array -> [DatasetFeature] in
      guard array.form.shape.rank == 1, array.lengths == nil else {
        return [.init(name: array.name, input: index, elements: 0..<array.width)]
      }
      let names = columns.flatMap { $0.count == array.width ? $0 : nil }
      return (0..<array.width).map {
        .init(name: names?[$0] ?? "\(array.name)[\($0)]", input: index, elements: $0..<($0 + 1))
      }
    }
  }

  /// The columns of a table that are encoded, each as one or several elements of its input.
  private func tableFeatures(_ features: [TableFeature], _ names: [String]?) -> [DatasetFeature] {
    var ends: [String: Int] = [:]
    return features.compactMap { feature in
      guard let input = inputs.firstIndex(where: { $0.name == feature.input }), let encoding = feature.encoding else {
        return nil
      }
      let start = ends[feature.input] ?? 0
      ends[feature.input] = start + encoding.width
      guard start + encoding.width <= inputs[input].width else { return nil }
      return DatasetFeature(
        name: names?[feature.position] ?? "column \(feature.position + 1)", input: input,
        elements: start..<(start + encoding.width), encoding: encoding)
    }
  }

  /// What a sample has of a feature, for people: the field of a table, as far as its encoding tells, or numbers.
  ///
  /// - Parameter row: the sample's row in the arrays.
  package func text(_ feature: DatasetFeature, row: Int) -> String {
    let array = inputs[feature.input]
    let values = feature.elements.map { array.value(row * array.width + $0) }
    func numbers(_ values: [Double]) -> String { values.map { significant($0, 4) }.joined(separator: ", ") }
    switch feature.encoding {
    case .number(let number):
      return values.count > 1 && values[1] == 1 ? "missing" : numbers(values.prefix(1).map(number.decode))
    case .category(let category):
      let place = category.isIndex ? values[0] - 1 : values.firstIndex(of: 1).map { Double($0) } ?? -1
      return place >= 0 && Int(place) < category.allValues.count ? category.allValues[Int(place)] : "(other)"
    case .text(let text): return text.text(values.prefix(array.validWidth(row)).map { Int($0) })
    case .boolean where values[0] == 0 || values[0] == 1: return values[0] == 1 ? "yes" : "no"
    case .boolean, .date, nil: return numbers(values)
    }
  }

  /// The set with a feature of each sample exchanged for that of another one, drawn without replacement. Where steps have
  /// answers of their own, a sequence is exchanged for one of its length.
  package func permuting(_ feature: DatasetFeature, seed: UInt64) -> Dataset {
    let random = RandomStream(key: seed).derived(0x9E37_2B01)
    let array = inputs[feature.input]
    let hasAnswersOfSteps = targets.contains { target in
      target.width > 1 && target.form.shape[0] == array.form.shape.dimensions.first
    }
    let lengths = hasAnswersOfSteps ? array.lengths : nil
    let groups = Dictionary(grouping: rows.indices) { lengths?[Int(rows[$0])] ?? 0 }
    var others = rows
    var draw: UInt64 = 0
    for (_, places) in groups.sorted(by: { $0.key < $1.key }) {
      for index in places.indices.dropLast() {
        others.swapAt(places[index], places[index + random.integer(below: places.count - index, at: draw)])
        draw += 1
      }
    }
    var arrays = inputs
    arrays[feature.input].permute(feature.elements, of: rows, by: others)
    return with(inputs: arrays, targets: targets)
  }
}

extension DataArray {
  /// Gives each of the rows the elements that another one has.
  fileprivate mutating func permute(_ columns: Range<Int>, of rows: [Int32], by others: [Int32]) {
    let width = width
    func permuted<T>(_ values: [T]) -> [T] {
      var result = values
      for (row, other) in zip(rows, others) {
        for column in columns { result[Int(row) * width + column] = values[Int(other) * width + column] }
      }
      return result
    }
    // A whole sequence takes its length along.
    if let lengths, columns.count == width {
      var moved = lengths
      for (row, other) in zip(rows, others) { moved[Int(row)] = lengths[Int(other)] }
      self.lengths = moved
    }
    switch elements.inMemory {
    case .bytes(let values): elements = .bytes(permuted(values))
    case .floats(let values): elements = .floats(permuted(values))
    case .doubles(let values): elements = .doubles(permuted(values))
    case .labels(let values): elements = .labels(permuted(values))
    case .stored: break
    }
  }
}
