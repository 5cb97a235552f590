import NNCore
import NNKernels
import Testing

@testable import NNData

extension CSVSource {
  /// The samples of a table, read field by field. Where reading in blocks accepts it, however small the blocks are, it has
  /// to give the same.
  static func readBothWays(
    _ file: String, _ bytes: [UInt8], _ options: Options, _ context: SourceContext, for purpose: Purpose = .model
  ) throws -> Dataset {
    var blocks: [(Int, Dataset)] = []
    for size in [1, 13] {
      if let set = inBlocks(file, bytes, options, context, for: purpose, size: size) { blocks.append((size, set)) }
    }
    do {
      let set = try read(file, bytes, options, context, for: purpose)
      for (size, other) in blocks {
        #expect(set.facts == other.facts, "\(size): \(String(decoding: bytes, as: UTF8.self))")
      }
      return set
    } catch {
      for (size, _) in blocks {
        Issue.record("\(size): a wrong table was read: \(String(decoding: bytes, as: UTF8.self))")
      }
      throw error
    }
  }

  /// The samples as blocks of the given size give them; nil if they do not accept the table.
  static func inBlocks(
    _ file: String, _ bytes: [UInt8], _ options: Options, _ context: SourceContext, for purpose: Purpose = .model,
    size: Int
  ) -> Dataset? {
    BlockReading(
      file: file, bytes: .memory(bytes), options: options, context: context, purpose: purpose,
      sizes: BlockSizes(leastTable: 0, block: size, head: 1)
    ).set()
  }
}

extension Dataset {
  /// All that reading gives, bit by bit.
  fileprivate var facts: [String] {
    var facts = (inputs + targets + [weights].compactMap(\.self)).map { array in
      "\(array.name) \(array.form) \(array.lengths ?? []) \(array.elements.bits)"
    }
    facts += ["\(classNames ?? [])", "\(rows.count)", file, "\(ignoredColumns)", "\(keptColumns)"]
    facts += splitColumns.sorted { $0.key < $1.key }.map { "\($0)" }
    facts.append(record?.table.map { "\($0)" } ?? "")
    facts += ["\(skipped)", "\(warnings)", "\(answerScales ?? [])", "\(seriesNumbers.map { "\($0)" } ?? "")"]
    guard let table else { return facts }
    facts += ["\(table.lines)", "\(table.groups?.rows ?? [])"]
    return facts + table.columns.map { "\($0.name) \($0.values.bits)" }
  }
}

extension DataArray.Elements {
  fileprivate var bits: String {
    switch self {
    case .bytes(let values): "b \(values)"
    case .floats(let values): "f \(values.map(\.bitPattern))"
    case .doubles(let values): "d \(values.map(\.bitPattern))"
    case .labels(let values): "l \(values)"
    case .stored(let numbers): numbers.inMemory.bits
    }
  }
}

extension RawColumn.Values {
  fileprivate var bits: String {
    switch self {
    case .numbers(let values): "\(values.map(\.bitPattern))"
    case .texts(let codes, let dictionary): "\(codes) \(dictionary)"
    }
  }
}
