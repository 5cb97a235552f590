import NNCore
import NNKernels
import Synchronization

/// Where the fields of columns come from: a table, or what was read of one.
protocol ColumnFields {
  /// The numbers of the fields in some rows of the samples and a column of the features; NaN for a gap. Throws if one of them
  /// is none.
  func read(_ rows: Range<Int>, _ column: Int, _ reading: ColumnReading, into numbers: inout [Double]) throws
  /// The text of a field; nil for a gap.
  func text(_ row: Int, _ column: Int) -> String?
}

extension EncodedInputs {
  /// Numbers that are worth a thread's while.
  private static let grain = 16384

  /// The inputs that columns make, of blocks of rows on the given threads; nil if a field has something wrong in it, which
  /// whoever goes row by row tells of, and for texts, whose samples have lengths.
  ///
  /// - Parameters:
  ///   - features: the columns, learned.
  ///   - samples: the number of rows.
  ///   - fields: the rows' fields.
  static func blocks(
    _ features: [TableFeature], isDouble: Bool, samples: Int, _ fields: some ColumnFields, _ workers: WorkerPool?
  ) -> [DataArray]? {
    guard !features.contains(where: \.isSequence) else { return nil }
    let encoders = features.compactMap { $0.encoding.map(ColumnEncoder.init) }
    guard encoders.count == features.count else { return nil }
    var arrays: [DataArray] = []
    for group in groups(features) {
      let width = Count.sum(group.columns.map { encoders[$0].encoding.width })
      guard let shape = Shape([width]) else { return nil }
      let block = EncodedBlock(
        columns: group.columns, encoders: encoders, width: width, samples: samples, workers: workers, grain: Self.grain)
      let elements: DataArray.Elements?
      if group.isIndex {
        elements = block.filled(fields) { Int32(exactly: $0) }.map(DataArray.Elements.labels)
      } else if isDouble {
        elements = block.filled(fields) { $0 }.map(DataArray.Elements.doubles)
      } else {
        elements = block.filled(fields) { Float($0).isFinite ? Float($0) : nil }.map(DataArray.Elements.floats)
      }
      guard let elements else { return nil }
      arrays.append(DataArray(name: group.name, form: .values(shape), elements: elements))
    }
    return arrays
  }

  /// The inputs in the order in which features name them, with the places of their features.
  static func groups(_ features: [TableFeature]) -> [(name: String, columns: [Int], isIndex: Bool)] {
    var order: [String] = []
    for feature in features where !order.contains(feature.input) { order.append(feature.input) }
    return order.map { name in
      let columns = features.indices.filter { features[$0].input == name }
      return (name, columns, columns.compactMap { features[$0].encoding }.allSatisfy { $0.entries != nil })
    }
  }
}

/// One input of encoded columns.
private struct EncodedBlock {
  let columns: [Int]
  let encoders: [ColumnEncoder]
  let width: Int
  let samples: Int
  let workers: WorkerPool?
  let grain: Int

  /// The numbers of all rows, rows x width; nil if one of them is wrong, or `kept` says that it is.
  func filled<Element>(_ fields: some ColumnFields, _ kept: (Double) -> Element?) -> [Element]? {
    let isWhole = Atomic(true)
    let elements = [Element](unsafeUninitializedCapacity: samples * width) { target, count in
      let target = UncheckedTransfer(target)
      inRanges(samples, grain: max(1, grain / max(1, width)), workers) { rows in
        var offset = 0
        var scratch: [Double] = []
        for column in columns where isWhole.load(ordering: .relaxed) {
          let part = UnsafeMutableBufferPointer(rebasing: target.value[(rows.lowerBound * width)...])
          let encoder = encoders[column]
          guard fill(part, offset, rows, column, encoder, fields, &scratch, kept) else {
            return isWhole.store(false, ordering: .relaxed)
          }
          offset += encoder.encoding.width
        }
      }
      count = isWhole.load(ordering: .relaxed) ? samples * width : 0
    }
    return isWhole.load(ordering: .relaxed) ? elements : nil
  }

  /// Writes the numbers of one column; false if one of them is wrong.
  @inline(__always)
  private func fill<Element>(
    _ target: UnsafeMutableBufferPointer<Element>, _ offset: Int, _ rows: Range<Int>, _ column: Int,
    _ encoder: ColumnEncoder, _ fields: some ColumnFields, _ scratch: inout [Double], _ kept: (Double) -> Element?
  ) -> Bool {
    let reading = encoder.encoding.reading
    let size = encoder.encoding.width
    do {
      scratch.removeAll(keepingCapacity: true)
      if reading != .text { try fields.read(rows, column, reading, into: &scratch) }
      if case .number(let number) = encoder.encoding {
        for (place, value) in scratch.enumerated() {
          guard let filled = value.isNaN ? number.fill : value, let element = kept(number.encode(filled)) else {
            return false
          }
          target.initializeElement(at: place * width + offset, to: element)
          guard number.hasIndicator else { continue }
          guard let mark = kept(value.isNaN ? 1 : 0) else { return false }
          target.initializeElement(at: place * width + offset + 1, to: mark)
        }
        return true
      }
      var numbers: [Double] = []
      for row in rows {
        let place = row - rows.lowerBound
        numbers.removeAll(keepingCapacity: true)
        if reading == .text {
          try encoder.append(fields.text(row, column), to: &numbers)
        } else {
          try encoder.append(scratch[place], to: &numbers)
        }
        guard numbers.count == size else { return false }
        for (index, value) in numbers.enumerated() {
          guard let element = kept(value) else { return false }
          target.initializeElement(at: place * width + offset + index, to: element)
        }
      }
      return true
    } catch {
      return false
    }
  }
}

/// The fields of a table that is being read.
struct TableFields: ColumnFields {
  let reading: FieldReading

  func read(_ rows: Range<Int>, _ column: Int, _ reading: ColumnReading, into numbers: inout [Double]) throws {
    let columns = self.reading.columns
    for row in rows { numbers.append(try self.reading.number(columns.rows[row], columns.inputs[column], reading)) }
  }

  func text(_ row: Int, _ column: Int) -> String? {
    reading.text(reading.columns.rows[row], reading.columns.inputs[column])
  }
}

/// The fields that were read of a table.
struct RawFields: ColumnFields {
  let table: RawTable

  func read(_ rows: Range<Int>, _ column: Int, _ reading: ColumnReading, into numbers: inout [Double]) throws {
    guard case .numbers(let values) = table.columns[column].values else { throw ColumnFault.gap }
    numbers += values[rows]
  }

  func text(_ row: Int, _ column: Int) -> String? {
    guard case .texts(let codes, let dictionary) = table.columns[column].values, codes[row] >= 0 else { return nil }
    return dictionary[Int(codes[row])]
  }
}
