import NNCore
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
  /// The steps of each sample's prediction, if it is a sequence whose length varies.
  public let lengths: [Int]?

  /// The format of a model's predictions.
  ///
  /// - Parameter lengths: the steps of each prediction, see `SavedModel.predictionLengths`.
  public init(_ model: SavedModel, lengths: [Int]? = nil) {
    self.lengths = lengths
    unit = model.plan.predictionUnit
    meaning = model.plan.predictionMeaning
    shape = model.plan.shape(of: model.plan.prediction)
    classNames = model.classNames
  }

  private var width: Int { shape.elementCount }

  /// Whether each step of a sequence has a class, or numbers, of its own.
  private var isPerStep: Bool { unit < width }

  /// The numbers of each step of a sample.
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
      // Of equal values the first one counts, as in evaluation.
      let first = values.firstIndex(of: values[best]) ?? best
      return (name(first - values.startIndex), values[first])
    case .binaryProbabilities where width == 1:
      guard let yes = values.first else { return nil }
      return yes >= 0.5 ? (name(1), yes) : (name(0), 1 - yes)
    default: return nil
    }
  }

  private func name(_ index: Int) -> String {
    classNames.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index)
  }

  private var isAboutClasses: Bool {
    meaning == .probabilities || meaning == .scores || (meaning == .binaryProbabilities && width == 1)
  }

  /// A table with a header: the class and its probability, or the numbers. Where a prediction is NaN the class is empty.
  /// Where each step of a sequence has its own, there is a row for each step, which begins with the numbers of sample and
  /// step, from 1.
  public func csv<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    if isPerStep { return csvOfSteps(predictions) }
    var text = ""
    if isAboutClasses {
      text = meaning == .scores ? "class,score\n" : "class,probability\n"
    } else {
      text = (width == 1 ? "prediction" : (1...width).map { "prediction\($0)" }.joined(separator: ",")) + "\n"
    }
    for start in stride(from: 0, to: predictions.count, by: max(1, width)) {
      let values = predictions[start..<(start + width)]
      if let (name, support) = verdict(values.map { Double($0) }[...]) {
        text += "\(name.map(quoted) ?? ""),\(significant(support, 6))\n"
      } else {
        text += values.map { plain($0) }.joined(separator: ",") + "\n"
      }
    }
    return text
  }

  private func csvOfSteps<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    let titles =
      isAboutClasses
      ? ["class", meaning == .scores ? "score" : "probability"]
      : unit == 1 ? ["prediction"] : (1...unit).map { "prediction\($0)" }
    var text = "sample,step,\(titles.joined(separator: ","))\n"
    for sample in 0..<(predictions.count / width) {
      for (step, values) in steps(predictions, sample).enumerated() {
        text += "\(sample + 1),\(step + 1),"
        if let (name, support) = verdict(values.map { Double($0) }[...]) {
          text += "\(name.map(quoted) ?? ""),\(significant(support, 6))\n"
        } else {
          text += values.map { plain($0) }.joined(separator: ",") + "\n"
        }
      }
    }
    return text
  }

  /// An array with an object for each sample: `class` and `probability` (or `score`) where there are classes, and
  /// `values`, all numbers. What is no finite number is null. Where each step of a sequence has its own, these are arrays
  /// with one entry for each step.
  public func json<S: BinaryFloatingPoint & LosslessStringConvertible>(_ predictions: [S]) -> String {
    func list(_ values: ArraySlice<S>) -> String {
      "[\(values.map { $0.isFinite ? String($0) : "null" }.joined(separator: ","))]"
    }
    let supportKey = meaning == .scores ? "score" : "probability"
    var rows: [String] = []
    if isPerStep {
      for sample in 0..<(predictions.count / width) {
        let steps = steps(predictions, sample)
        let verdicts = steps.compactMap { verdict($0.map { Double($0) }[...]) }
        var row = "{"
        if !verdicts.isEmpty {
          row += "\"class\":[\(verdicts.map { NNText.json($0.name) }.joined(separator: ","))],"
          row +=
            "\"\(supportKey)\":["
            + verdicts.map { $0.support.isFinite ? "\($0.support)" : "null" }.joined(separator: ",")
          row += "],"
        }
        rows.append(row + "\"values\":[\(steps.map(list).joined(separator: ","))]}")
      }
      return "[" + rows.joined(separator: ",\n") + "]\n"
    }
    for start in stride(from: 0, to: predictions.count, by: max(1, width)) {
      let values = predictions[start..<(start + width)]
      var row = "{"
      if let (name, support) = verdict(values.map { Double($0) }[...]) {
        row += "\"class\":\(NNText.json(name)),"
        row += "\"\(supportKey)\":\(support.isFinite ? "\(support)" : "null"),"
      }
      rows.append(row + "\"values\":\(list(values))}")
    }
    return "[" + rows.joined(separator: ",\n") + "]\n"
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
