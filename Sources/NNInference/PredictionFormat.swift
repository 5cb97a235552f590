import NNCore
import NNData
import NNText

/// Writes predictions for people, scripts and NumPy.
public struct PredictionFormat: Sendable {
  /// What the numbers of a prediction mean.
  public let meaning: LayerFacts.Prediction
  /// The shape of one prediction.
  public let shape: Shape
  /// The names of the classes.
  public let classNames: [String]?
  /// The names of the numbers, where a table names its right answers.
  private let answerNames: [String]?
  /// Whether tables hold the probability of every class.
  public var showsAll = false
  /// The probability from which on the second of two classes is named.
  public var threshold = 0.5
  /// Columns that come first in each row: as many texts as there are predictions.
  public var keptColumns: [KeptColumn] = []

  /// Whether predictions are about two classes, so that a threshold makes sense.
  public var isBinary: Bool { isAboutClasses && meaning != .scores && width <= 2 }

  /// The format of a model's predictions.
  public init(_ model: SavedModel) {
    answerNames = model.record.source?.table?.answerNames
    meaning = model.plan.predictionMeaning
    shape = model.plan.shape(of: model.plan.prediction)
    classNames = model.classNames
  }

  private var width: Int { shape.elementCount }

  /// The class that a prediction names, and what speaks for it; nil when it is not about classes. A prediction that
  /// holds NaN names none.
  private func verdict(_ values: ArraySlice<Double>) -> (name: String?, support: Double)? {
    guard isAboutClasses else { return nil }
    if values.contains(where: \.isNaN) { return (nil, .nan) }
    switch meaning {
    case .probabilities, .scores:
      guard let best = values.indices.max(by: { values[$0] < values[$1] }) else { return nil }
      if width == 2, meaning == .probabilities, threshold != 0.5, let last = values.last, let first = values.first {
        return last >= threshold ? (name(1), last) : (name(0), first)
      }
      // Of equal values the first one counts, as in evaluation.
      let first = values.firstIndex(of: values[best]) ?? best
      return (name(first - values.startIndex), values[first])
    case .binaryProbabilities where width == 1:
      guard let yes = values.first else { return nil }
      return yes >= threshold ? (name(1), yes) : (name(0), 1 - yes)
    default: return nil
    }
  }

  private func name(_ index: Int) -> String {
    classNames.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index)
  }

  private var isAboutClasses: Bool {
    meaning == .probabilities || meaning == .scores || (meaning == .binaryProbabilities && width == 1)
  }

  /// The titles of a prediction's columns.
  private var titles: [String] {
    guard isAboutClasses else {
      if width == 1 { return ["prediction"] }
      if let answerNames, answerNames.count == width { return answerNames }
      return (1...width).map { "prediction\($0)" }
    }
    return ["class", meaning == .scores ? "score" : "probability"] + (showsAll ? (0..<max(2, width)).map(name) : [])
  }

  /// The values of a prediction for each class: two for a single probability.
  private func all(_ values: [Double]) -> [Double] { width == 1 ? [1 - values[0], values[0]] : values }

  /// A table with a header: the columns that are kept, then the class and its probability, or the numbers. Where a
  /// prediction is NaN the class is empty.
  public func csv<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    var text = (keptColumns.map(\.name) + titles).map(quoted).joined(separator: ",") + "\n"
    for start in stride(from: 0, to: predictions.count, by: max(1, width)) {
      let values = predictions[start..<(start + width)]
      for column in keptColumns { text += quoted(column.texts[start / width]) + "," }
      if let (name, support) = verdict(values.map { Double($0) }[...]) {
        text += "\(name.map(quoted) ?? ""),\(significant(support, 6))"
        if showsAll { for value in all(values.map { Double($0) }) { text += ",\(significant(value, 6))" } }
        text += "\n"
      } else {
        text += values.map { plain($0) }.joined(separator: ",") + "\n"
      }
    }
    return text
  }

  /// An array with an object for each sample: the columns that are kept, `class` and `probability` (or `score`) where there
  /// are classes, and `values`, all numbers. What is no finite number is null.
  public func json<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    "[" + objects(predictions).joined(separator: ",\n") + "]\n"
  }

  /// The same objects, one on each line.
  public func jsonLines<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    objects(predictions).map { $0 + "\n" }.joined()
  }

  private func objects<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> [String] {
    var rows: [String] = []
    for start in stride(from: 0, to: predictions.count, by: max(1, width)) {
      let values = predictions[start..<(start + width)]
      var row = "{"
      for column in keptColumns { row += "\(NNText.json(column.name)):\(NNText.json(column.texts[start / width]))," }
      if let (name, support) = verdict(values.map { Double($0) }[...]) {
        row += "\"class\":\(NNText.json(name)),"
        row += "\"\(meaning == .scores ? "score" : "probability")\":\(support.isFinite ? "\(support)" : "null"),"
      }
      if showsAll, isAboutClasses {
        let each = all(values.map { Double($0) }).enumerated().map {
          "\(NNText.json(name($0))):\($1.isFinite ? "\($1)" : "null")"
        }
        row += "\"probabilities\":{\(each.joined(separator: ","))},"
      }
      rows.append(row + "\"values\":[\(values.map { $0.isFinite ? String($0) : "null" }.joined(separator: ","))]}")
    }
    return rows
  }

  /// NumPy's file of one array, samples along the first dimension.
  public func npy<S: BinaryFloatingPoint & BitwiseCopyable>(_ predictions: [S]) -> [UInt8] {
    let count = predictions.count / max(1, width)
    let sizes = ([count] + shape.dimensions).map(String.init).joined(separator: ", ")
    let size = MemoryLayout<S>.size
    var header = "{'descr': '<f\(size)', 'fortran_order': False, 'shape': (\(sizes),), }"
    // The elements begin at a multiple of 64.
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
      + predictions.withUnsafeBytes { Array($0) }
  }

  /// A field of a table, in quotes if it needs them.
  private func quoted(_ text: String) -> String {
    text.contains { $0 == "," || $0 == "\"" || $0.isNewline } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
