import NNData
import NNDrawing
import NNKernels
import NNText

/// The samples of a set that a head does worst, as a table; pictures as pictures.
struct WorstSamples {
  let head: HeadEvaluation
  let samples: Dataset
  /// A class's name.
  let name: (Int) -> String

  private static let count = 12
  /// The most numbers of an input that are written out.
  private static let mostNumbers = 8

  var html: String {
    guard let kept = head.kept, kept.count > 0, head.head.rows == 1 else { return "" }
    let errors = (0..<kept.count).map { error(kept, $0) }
    let worst = errors.indices.filter { errors[$0].isFinite && errors[$0] > 0 }.sorted { errors[$0] > errors[$1] }
      .prefix(Self.count)
    guard !worst.isEmpty else { return "" }
    var text =
      "<h3>Samples with the largest error</h3>\n<p>Rows are counted from 1 in the data as it was read.</p>\n<div class=\"wide\"><table><tr><th>row</th>"
    text += "<th class=\"text\">input</th><th class=\"text\">right</th><th class=\"text\">predicted</th></tr>\n"
    for sample in worst {
      let (right, said) = answers(kept, sample)
      let row = samples.rows.indices.contains(kept.positions[sample]) ? samples.rows[kept.positions[sample]] : 0
      text += "<tr><td>\(row + 1)</td><td class=\"text\">\(input(kept.positions[sample]))</td>"
      text += "<td class=\"text\">\(markupEscaped(right))</td><td class=\"text\">\(markupEscaped(said))</td></tr>\n"
    }
    return text + "</table></div>\n"
  }

  /// How wrong a prediction is: minus the logarithm of the right answer's probability, the margin by which a wrong score
  /// is higher, or the squared residuals in units of their mean.
  private func error(_ kept: KeptPredictions, _ sample: Int) -> Double {
    let row = Array(kept.predictions[(sample * kept.width)..<((sample + 1) * kept.width)])
    func target(_ column: Int) -> Double { kept.targets[sample * kept.targetWidth + column] }
    switch head.head.task {
    case .classes:
      let label = kept.label(sample)
      guard row.indices.contains(label) else { return 0 }
      if head.head.givesProbabilities { return -Double.log(max(row[label], .leastNormalMagnitude)) }
      let others = row.indices.filter { $0 != label }.map { row[$0] }
      return (others.max() ?? 0) - row[label]
    case .binary, .labels:
      return row.indices.reduce(0) { $0 + (row[$1] - target($1)).magnitude }
    case .values:
      let scales = head.rmsePerOutput ?? []
      return row.indices.reduce(0) { sum, column in
        let scaled = (row[column] - target(column)) / max(scales[column], .leastNormalMagnitude)
        return sum + scaled * scaled
      }
    case .none: return 0
    }
  }

  private func answers(_ kept: KeptPredictions, _ sample: Int) -> (right: String, said: String) {
    let row = Array(kept.predictions[(sample * kept.width)..<((sample + 1) * kept.width)])
    let targets = Array(kept.targets[(sample * kept.targetWidth)..<((sample + 1) * kept.targetWidth)])
    func share(_ value: Double) -> String { head.head.givesProbabilities ? percent(value) : significant(value, 4) }
    func list(_ values: [Double]) -> String {
      values.prefix(Self.mostNumbers).map { significant($0, 4) }.joined(separator: ", ")
        + (values.count > Self.mostNumbers ? " …" : "")
    }
    switch head.head.task {
    case .classes:
      let best = row.indices.max { row[$0] < row[$1] } ?? 0
      let label = kept.label(sample)
      return ("\(name(label)) (\(share(row[label])))", "\(name(best)) (\(share(row[best])))")
    case .binary: return (name(targets[0] >= 0.5 ? 1 : 0), "\(name(1)) by \(share(row[0]))")
    case .labels:
      func names(_ isSaid: (Int) -> Bool) -> String { row.indices.filter(isSaid).map(name).joined(separator: ", ") }
      return (names { targets[$0] >= 0.5 }, names { row[$0] >= 0.5 })
    case .values, .none: return (list(targets), list(row))
    }
  }

  /// The first input of a sample: a picture, or its first numbers.
  private func input(_ position: Int) -> String {
    guard let array = samples.inputs.first, samples.rows.indices.contains(position) else { return "" }
    let start = Int(samples.rows[position]) * array.width
    let shape = array.form.shape
    let features = samples.features(samples.record)
    if samples.record?.table != nil, !features.isEmpty {
      let texts = features.prefix(Self.mostNumbers).map { feature in
        "\(feature.name) \(samples.text(feature, row: Int(samples.rows[position])))"
      }
      return markupEscaped(texts.joined(separator: ", ") + (features.count > Self.mostNumbers ? " …" : ""))
    }
    let values = (0..<min(array.width, 1 << 16)).map { array.value(start + $0) }
    if shape.rank == 3, [1, 3].contains(shape[0]), shape[1] > 1, shape[2] > 1, values.count == array.width {
      return Self.picture(values, channels: shape[0], height: shape[1], width: shape[2])
    }
    return markupEscaped(
      values.prefix(Self.mostNumbers).map { significant($0, 4) }.joined(separator: ", ")
        + (values.count > Self.mostNumbers ? " …" : ""))
  }

  /// Numbers as a picture, from the smallest, which is black, to the largest.
  private static func picture(_ values: [Double], channels: Int, height: Int, width: Int) -> String {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let scale = high > low ? 255 / (high - low) : 0
    func byte(_ index: Int) -> UInt8 { UInt8(min(255, max(0, ((values[index] - low) * scale).rounded()))) }
    let size = height * width
    let pixels = (0..<size).map { index in
      channels == 1
        ? (byte(index), byte(index), byte(index)) : (byte(index), byte(index + size), byte(index + 2 * size))
    }
    return #"<img class="sample" alt="" src="\#(InlinePicture.address(width: width, height: height, pixels))">"#
  }
}
