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
  /// The numbers of a prediction that belong together: all of them, or those of a step.
  private let unit: Int
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

  /// The steps of each sample's prediction, if it is a sequence whose length varies.
  public let lengths: [Int]?

  /// The format of a model's predictions.
  ///
  /// - Parameters:
  ///   - lengths: the steps of each prediction, see `SavedModel.predictionLengths`.
  ///   - plan: the net that predicts; that of the model unless given.
  public init(_ model: SavedModel, lengths: [Int]? = nil, plan: NetworkPlan? = nil) {
    self.lengths = lengths
    let plan = plan ?? model.plan
    unit = plan.predictionUnit
    answerNames = model.record.source?.table?.answerNames
    meaning = plan.predictionMeaning
    shape = plan.shape(of: plan.prediction)
    classNames = model.classNames
  }

  private var width: Int { shape.elementCount }

  /// Whether each step of a sequence has a class, or numbers, of its own.
  private var isPerStep: Bool { unit < width && !isLabels }

  /// Whether labels are read off a sequence of steps.
  private var isLabels: Bool { if case .labels = meaning { true } else { false } }

  /// The numbers of a sample, or of each of its steps.
  private func units<S>(_ predictions: [S], _ sample: Int) -> [ArraySlice<S>] {
    isPerStep ? steps(predictions, sample) : [predictions[(sample * width)..<((sample + 1) * width)]]
  }

  /// The numbers of each valid step of a sample.
  private func steps<S>(_ predictions: [S], _ sample: Int) -> [ArraySlice<S>] {
    (0..<(lengths?[sample] ?? width / unit)).map { step in
      let start = sample * width + step * unit
      return predictions[start..<(start + unit)]
    }
  }

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

  /// The labels that are read off a sequence of steps, by the best path; nil for other predictions.
  private func labels<S: BinaryFloatingPoint>(_ predictions: [S], _ sample: Int) -> [String]? {
    guard case .labels(let blank) = meaning else { return nil }
    var result: [String] = []
    var before = blank
    for step in steps(predictions, sample) {
      // Of equal probabilities the first one counts.
      let best = step.indices.reduce(step.startIndex) { step[$1] > step[$0] ? $1 : $0 } - step.startIndex
      if best != before, best != blank { result.append(name(best)) }
      before = best
    }
    return result
  }

  /// The titles of a prediction's columns.
  private var titles: [String] {
    if isLabels { return ["labels"] }
    guard isAboutClasses else {
      if unit == 1 { return ["prediction"] }
      if let answerNames, answerNames.count == unit { return answerNames }
      return (1...unit).map { "prediction\($0)" }
    }
    return ["class", supportTitle] + (showsAll ? (0..<max(2, unit)).map(name) : [])
  }

  private var supportTitle: String { meaning == .scores ? "score" : "probability" }

  /// The values of a prediction for each class: two for a single probability.
  private func all(_ values: [Double]) -> [Double] { values.count == 1 ? [1 - values[0], values[0]] : values }

  /// A table with a header: the columns that are kept, then the class and its probability, or the numbers. Where a
  /// prediction is NaN the class is empty. Where each step of a sequence has its own, there is a row for each step, which
  /// begins with the numbers of sample and step, from 1.
  public func csv<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    let places = isPerStep ? ["sample", "step"] : []
    var text = (places + keptColumns.map(\.name) + titles).map(quoted).joined(separator: ",") + "\n"
    for sample in 0..<(predictions.count / max(1, width)) {
      let kept = keptColumns.map { quoted($0.texts[sample]) + "," }.joined()
      if let labels = labels(predictions, sample) {
        text += kept + quoted(labels.joined(separator: " ")) + "\n"
        continue
      }
      for (step, values) in units(predictions, sample).enumerated() {
        if isPerStep { text += "\(sample + 1),\(step + 1)," }
        text += kept + fields(values) + "\n"
      }
    }
    return text
  }

  /// The titles of the rows that `csvRow` writes.
  public var csvHeader: String { titles.map(quoted).joined(separator: ",") }

  /// A single prediction as a row of a table, without a line feed.
  public func csvRow<S: BinaryFloatingPoint & LosslessStringConvertible>(_ prediction: [S]) -> String {
    labels(prediction, 0).map { quoted($0.joined(separator: " ")) } ?? fields(prediction[...])
  }

  private func fields<S: BinaryFloatingPoint & LosslessStringConvertible>(_ values: ArraySlice<S>) -> String {
    let numbers = values.map { Double($0) }
    guard let (name, support) = verdict(numbers[...]) else { return values.map { plain($0) }.joined(separator: ",") }
    let others = showsAll ? all(numbers).map { ",\(significant($0, 6))" }.joined() : ""
    return "\(name.map(quoted) ?? ""),\(significant(support, 6))" + others
  }

  /// An array with an object for each sample: the columns that are kept, `class` and `probability` (or `score`) where there
  /// are classes, and `values`, all numbers. What is no finite number is null. Where each step of a sequence has its own,
  /// these are arrays with one entry for each step.
  public func json<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    "[" + objects(predictions).joined(separator: ",\n") + "]\n"
  }

  /// The same objects, one on each line.
  public func jsonLines<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    objects(predictions).map { $0 + "\n" }.joined()
  }

  private func objects<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> [String] {
    (0..<(predictions.count / max(1, width))).map { sample in
      let units = units(predictions, sample)
      func member(_ key: String, _ values: [String]) -> String {
        "\(NNText.json(key)):" + (isPerStep ? "[\(values.joined(separator: ","))]" : values.first ?? "null")
      }
      var members = keptColumns.map { "\(NNText.json($0.name)):\(NNText.json($0.texts[sample]))" }
      let verdicts = units.compactMap { verdict($0.map { Double($0) }[...]) }
      if !verdicts.isEmpty {
        members.append(member("class", verdicts.map { NNText.json($0.name) }))
        members.append(member(supportTitle, verdicts.map { Self.number($0.support) }))
      }
      if let labels = labels(predictions, sample) {
        members.append("\"labels\":[\(labels.map { NNText.json($0) }.joined(separator: ","))]")
        let all = steps(predictions, sample).map { "[\($0.map { Self.number($0) }.joined(separator: ","))]" }
        members.append("\"values\":[\(all.joined(separator: ","))]")
        return "{\(members.joined(separator: ","))}"
      }
      if showsAll, isAboutClasses {
        let each = units.map { values in
          let named = all(values.map { Double($0) }).enumerated().map { "\(NNText.json(name($0))):\(Self.number($1))" }
          return "{\(named.joined(separator: ","))}"
        }
        members.append(member("probabilities", each))
      }
      members.append(member("values", units.map { unit in "[\(unit.map { Self.number($0) }.joined(separator: ","))]" }))
      return "{\(members.joined(separator: ","))}"
    }
  }

  /// A number with all its digits.
  private static func number<S: BinaryFloatingPoint & LosslessStringConvertible>(_ value: S) -> String {
    value.isFinite ? String(value) : "null"
  }

  /// NumPy's file of one array, samples along the first dimension. What lies beyond the length of a sequence is 0.
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
