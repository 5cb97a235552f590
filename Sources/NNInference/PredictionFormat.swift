import NNCore
import NNData
import NNKernels
import NNText

/// Writes predictions for people, scripts and NumPy.
///
/// Predictions are given for each head: those of all samples, one after the other.
public struct PredictionFormat: Sendable {
  /// A number that can be written with all its digits.
  public typealias Number = BinaryFloatingPoint & LosslessStringConvertible & BitwiseCopyable

  /// What is predicted.
  public let heads: [PredictionHead]
  /// For each head, the steps of each sample's prediction, if it is a sequence whose length varies.
  private let lengths: [[Int]?]
  /// Whether tables hold the probability of every class.
  public var showsAll = false
  /// The probability from which on the second of two classes is named.
  public var threshold = 0.5
  /// How many samples came before these, where their rows are numbered.
  public var samplesBefore = 0
  /// Columns that come first in each row: as many texts as there are predictions.
  public var keptColumns: [KeptColumn] = []

  /// The format of what a model predicts.
  ///
  /// - Parameters:
  ///   - heads: what is predicted; at least one.
  ///   - samples: what it is predicted for.
  /// - Throws: a `DiagnosticError` if the samples do not fit the net.
  public init(_ heads: [PredictionHead], for samples: Dataset) throws {
    self.heads = heads
    lengths = try heads.map { try $0.lengths(samples) }
  }

  /// The format of predictions that all have the shape's steps.
  public init(_ heads: [PredictionHead]) {
    self.heads = heads
    lengths = heads.map { _ in nil }
  }

  /// The numbers of a sample, or of each of its steps.
  private func units<S>(_ predictions: [[S]], _ head: Int, _ sample: Int) -> [ArraySlice<S>] {
    let width = heads[head].width
    guard heads[head].isPerStep || heads[head].isLabels else {
      return [predictions[head][(sample * width)..<((sample + 1) * width)]]
    }
    return steps(predictions, head, sample)
  }

  /// The numbers of each valid step of a sample.
  private func steps<S>(_ predictions: [[S]], _ head: Int, _ sample: Int) -> [ArraySlice<S>] {
    let (width, unit) = (heads[head].width, heads[head].unit)
    return (0..<(lengths[head]?[sample] ?? width / unit)).map { step in
      let start = sample * width + step * unit
      return predictions[head][start..<(start + unit)]
    }
  }

  private func count<S>(_ predictions: [[S]]) -> Int { predictions[0].count / max(1, heads[0].width) }

  // MARK: Tables

  /// Whether rows of a table can hold all heads: all or none of them have a prediction for each step, of as many steps.
  public var fitsTable: Bool {
    heads.allSatisfy {
      $0.isPerStep == heads[0].isPerStep && (!$0.isPerStep || $0.width / $0.unit == heads[0].width / heads[0].unit)
    }
      && (!heads[0].isPerStep || lengths.allSatisfy { $0 == lengths[0] })
  }

  /// The titles of a head's columns. With several heads they begin with its name.
  private func titles(_ head: PredictionHead) -> [String] {
    let prefix = heads.count > 1 ? head.name + "." : ""
    if head.isLabels { return [prefix + "labels"] }
    guard head.isAboutClasses else {
      if let names = head.answerNames { return names.map { prefix + $0 } }
      if head.unit == 1 { return [heads.count > 1 ? head.name : "prediction"] }
      return (1...head.unit).map { heads.count > 1 ? "\(prefix)\($0)" : "prediction\($0)" }
    }
    let classes = showsAll ? (0..<max(2, head.unit)).map(head.name(ofClass:)) : []
    return (["class", head.supportTitle] + classes).map { prefix + $0 }
  }

  /// The name of a column that is kept, told apart from what is predicted.
  private func keptName(_ column: KeptColumn) -> String {
    let own =
      ["sample", "step", "class", "probability", "score", "labels", "values", "probabilities"] + heads.map(\.name)
      + heads.flatMap(titles)
    return own.contains(column.name) ? "column.\(column.name)" : column.name
  }

  /// The values of a prediction for each class: two for a single probability.
  private func all(_ values: [Double]) -> [Double] { values.count == 1 ? [1 - values[0], values[0]] : values }

  /// The first line of a table, with the end of the line.
  public var csvHeader: String {
    let places = heads[0].isPerStep ? ["sample", "step"] : []
    return (places + keptColumns.map(keptName) + heads.flatMap(titles)).map(quoted).joined(separator: ",") + "\n"
  }

  /// A table with a header: the columns that are kept, then for each head the class and its probability, or the numbers.
  /// Where a prediction is NaN the class is empty. Where each step of a sequence has its own, there is a row for each step,
  /// which begins with the numbers of sample and step, from 1.
  public func csv<S: Number>(_ predictions: [[S]]) -> String { csvHeader + csvRows(predictions) }

  /// The rows of the table as bytes, blocks of them written side by side on the given threads.
  package func csvRowBytes<S: Number>(_ predictions: [[S]], workers: WorkerPool) -> [UInt8] {
    let count = count(predictions)
    let size = Self.rowsOfBlock
    let blocks = (count + size - 1) / size
    let texts = [String](unsafeUninitializedCapacity: blocks) { target, filled in
      let target = UncheckedTransfer(target)
      workers.run(count: blocks, grain: 1) { range in
        for block in range {
          let rows = (block * size)..<min(count, (block + 1) * size)
          target.value.initializeElement(at: block, to: csvRows(predictions, rows))
        }
      }
      filled = blocks
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count })
    for text in texts { bytes += text.utf8 }
    return bytes
  }

  /// Rows that are worth a thread's while.
  private static var rowsOfBlock: Int { 2048 }

  /// The rows of the table.
  public func csvRows<S: Number>(_ predictions: [[S]]) -> String { csvRows(predictions, 0..<count(predictions)) }

  /// The rows of some samples.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func csvRows<S: Number>(_ predictions: [[S]], _ samples: Range<Int>) -> String {
    var text = ""
    // Most tables hold numbers that stand for themselves.
    if heads.count == 1, keptColumns.isEmpty, !heads[0].isPerStep, !heads[0].isLabels, !heads[0].isAboutClasses {
      let width = heads[0].width
      for sample in samples {
        for index in (sample * width)..<((sample + 1) * width) {
          if index > sample * width { text += "," }
          text += plain(predictions[0][index])
        }
        text += "\n"
      }
      return text
    }
    for sample in samples {
      let parts = heads.indices.map { units(predictions, $0, sample) }
      for step in 0..<(heads[0].isPerStep ? parts[0].count : 1) {
        if heads[0].isPerStep { text += "\(samplesBefore + sample + 1),\(step + 1)," }
        for column in keptColumns {
          let texts = heads[0].isPerStep ? column.texts(ofSteps: parts[0].count, sample) : nil
          text += quoted(texts?[step] ?? column.texts[sample]) + ","
        }
        for (index, head) in heads.enumerated() {
          if index > 0 { text += "," }
          if head.isLabels {
            text += quoted(head.labels(parts[index]).joined(separator: " "))
          } else {
            append(parts[index][step], of: head, to: &text)
          }
        }
        text += "\n"
      }
    }
    return text
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func append<S: Number>(_ values: ArraySlice<S>, of head: PredictionHead, to text: inout String) {
    guard head.isAboutClasses else {
      for (place, value) in values.enumerated() {
        if place > 0 { text += "," }
        text += plain(value)
      }
      return
    }
    let numbers = values.map { Double($0) }
    guard let (name, support) = head.verdict(numbers[...], threshold: threshold) else { return }
    text += "\(name.map(quoted) ?? ""),\(significant(support, 6))"
    if showsAll { for value in all(numbers) { text += ",\(significant(value, 6))" } }
  }

  /// A field of a table, in quotes if it needs them.
  private func quoted(_ text: String) -> String {
    text.utf8.allSatisfy(Self.isPlain)
      ? text
      : text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  /// Whether a byte of a field says that it needs no quotes, whatever stands beside it.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 32 && byte < 127 && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"")
  }

  // MARK: JSON

  /// An array with an object for each sample: the columns that are kept, `class` and `probability` (or `score`) where there
  /// are classes, and `values`, all numbers. What is no finite number is null. Where each step of a sequence has its own,
  /// these are arrays with one entry for each step. With several heads each has an object of its own, by its name.
  public func json<S: Number>(_ predictions: [[S]]) -> String {
    "[" + jsonMembers(predictions) + "]\n"
  }

  /// The members of the array.
  func jsonMembers<S: Number>(_ predictions: [[S]]) -> String { objects(predictions).joined(separator: ",\n") }

  /// The same objects, one on each line.
  public func jsonLines<S: Number>(_ predictions: [[S]]) -> String {
    objects(predictions).map { $0 + "\n" }.joined()
  }

  private func objects<S: Number>(_ predictions: [[S]]) -> [String] {
    let names = keptColumns.map(keptName)
    return (0..<count(predictions)).map { sample in
      let parts = heads.indices.map { units(predictions, $0, sample) }
      let kept = zip(names, keptColumns).map { name, column in
        let texts = heads[0].isPerStep ? column.texts(ofSteps: parts[0].count, sample) : nil
        let steps = texts?.map { NNText.json($0) }.joined(separator: ",")
        return "\(NNText.json(name)):" + (steps.map { "[\($0)]" } ?? NNText.json(column.texts[sample]))
      }
      let found = heads.indices.map { members(heads[$0], parts[$0]) }
      if heads.count == 1 { return "{\((kept + found[0]).joined(separator: ","))}" }
      let named = zip(heads, found).map { "\(NNText.json($0.name)):{\($1.joined(separator: ","))}" }
      return "{\((kept + named).joined(separator: ","))}"
    }
  }

  private func members<S: Number>(_ head: PredictionHead, _ units: [ArraySlice<S>]) -> [String] {
    func member(_ key: String, _ values: [String]) -> String {
      "\(NNText.json(key)):" + (head.isPerStep ? "[\(values.joined(separator: ","))]" : values.first ?? "null")
    }
    if head.isLabels {
      let labels = head.labels(units).map { NNText.json($0) }.joined(separator: ",")
      let values = units.map { "[\($0.map { Self.number($0) }.joined(separator: ","))]" }.joined(separator: ",")
      return ["\"labels\":[\(labels)]", "\"values\":[\(values)]"]
    }
    var members: [String] = []
    let verdicts = units.compactMap { head.verdict($0.map { Double($0) }[...], threshold: threshold) }
    if !verdicts.isEmpty {
      members.append(member("class", verdicts.map { NNText.json($0.name) }))
      members.append(member(head.supportTitle, verdicts.map { Self.number($0.support) }))
    }
    if showsAll, head.isAboutClasses {
      let each = units.map { values in
        let named = all(values.map { Double($0) }).enumerated().map {
          "\(NNText.json(head.name(ofClass: $0))):\(Self.number($1))"
        }
        return "{\(named.joined(separator: ","))}"
      }
      members.append(member("probabilities", each))
    }
    members.append(member("values", units.map { unit in "[\(unit.map { Self.number($0) }.joined(separator: ","))]" }))
    return members
  }

  /// A number with all its digits.
  private static func number<S: Number>(_ value: S) -> String { value.isFinite ? String(value) : "null" }

  // MARK: NumPy

  /// NumPy's file of one array, the first head's, samples along the first dimension. What lies beyond the length of a
  /// sequence is 0.
  public func npy<S: Number>(_ predictions: [[S]]) -> [UInt8] {
    npyHeader(S.self, samples: count(predictions)) + predictions[0].withUnsafeBytes { Array($0) }
  }

  /// What stands before the numbers of so many samples.
  func npyHeader<S: Number>(_ type: S.Type, samples: Int) -> [UInt8] {
    let sizes = ([samples] + heads[0].shape.dimensions).map(String.init).joined(separator: ", ")
    let size = MemoryLayout<S>.size
    var header = "{'descr': '<f\(size)', 'fortran_order': False, 'shape': (\(sizes),), }"
    // The elements begin at a multiple of 64.
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
  }
}

extension KeptColumn {
  /// The texts of a sample's steps; nil where there are none, or where a prediction has not as many steps as the input.
  fileprivate func texts(ofSteps count: Int, _ sample: Int) -> [String]? {
    stepTexts.flatMap { $0[sample].count == count ? $0[sample] : nil }
  }
}
