import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNText

/// Predictions after each step of a sequence, a line for each line.
enum StreamedPrediction {
  /// Reads steps until the input ends. Throws a `DiagnosticError` for a net that cannot read steps, and for a line that is no
  /// step, with its number.
  static func run(_ models: [SavedModel], _ arguments: Arguments, _ workers: WorkerPool) throws -> ExitCode {
    guard models.count == 1, arguments.positionals.count == 2 else {
      throw usageError("--stream reads one input with one file of weights", "name a single one of each")
    }
    for name in ["layer", "lengths", "label", "output", "skip-bad-rows", "threshold"] where arguments.has(name) {
      throw usageError("--\(name) does not go with --stream", "leave it out")
    }
    let format = arguments.text("format") ?? "csv"
    guard format == "csv" || format == "jsonl" else {
      throw usageError("--format \(format) does not go with --stream, which writes line by line", "take csv or jsonl")
    }
    let model = models[0]
    if let source = model.record.source, source.steps != nil, source.table?.features != nil {
      throw usageError(
        "these weights read the columns of a table by name, which a stream of steps does not have",
        "write the rows into a table and predict it without --stream")
    }
    switch model.description.precision {
    case .float: return try run(Float.self, model, format, arguments, workers)
    case .double: return try run(Double.self, model, format, arguments, workers)
    }
  }

  private static func run<S: Scalar & LosslessStringConvertible & BitwiseCopyable>(
    _ type: S.Type, _ model: SavedModel, _ name: String, _ arguments: Arguments, _ workers: WorkerPool
  ) throws -> ExitCode {
    let predictor = try model.stepPredictor(type, workers: workers)
    var format = PredictionFormat([model.head(of: predictor)])
    format.showsAll = arguments.has("probabilities")
    let path = arguments.positionals[1]
    let steps = StepLine(model, predictor.plan, file: path == "-" ? "standard input" : path)
    let inputs = predictor.inputCounts.map { Storage<S>(count: $0) }
    let output = Storage<S>(count: predictor.outputCount)
    let buffers = inputs.map(\.buffer)
    var isFinite = true
    if name == "csv" { guard try printResult(Array(format.csvHeader.utf8)) else { return .done } }
    // The step reads and writes the memory of these by address.
    defer { withExtendedLifetime((inputs, output)) {} }
    try forEachLine(path) { line, number in
      guard let values = try steps.numbers(line, number) else {
        predictor.reset()
        return true
      }
      var rest = values[...]
      for buffer in buffers {
        for (index, value) in rest.prefix(buffer.count).enumerated() { buffer[index] = S(value) }
        rest = rest.dropFirst(buffer.count)
      }
      predictor.step(buffers, into: output.buffer)
      let prediction = [output.array]
      isFinite = isFinite && prediction[0].allSatisfy(\.isFinite)
      return try printResult(Array((name == "csv" ? format.csvRows(prediction) : format.jsonLines(prediction)).utf8))
    }
    return isFinite ? .done : .invalid
  }

  /// Hands over the lines of a file, or those of standard input as soon as each is there, with their numbers from 1, until
  /// `body` returns false.
  private static func forEachLine(_ path: String, _ body: (String, Int) throws -> Bool) throws {
    var number = 0
    if path == "-" {
      while let line = readLine() {
        number += 1
        guard try body(line, number) else { return }
      }
      return
    }
    let text = String(decoding: try FileReading.expandedBytes(path), as: UTF8.self)
    // Lines end as those of standard input do.
    func endsLine(_ character: Character) -> Bool { character == "\n" || character == "\r\n" }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: endsLine).dropLast(
      text.last.map(endsLine) == true ? 1 : 0)
    {
      number += 1
      guard try body(String(line), number) else { return }
    }
  }
}

/// Reads a line as a step of all inputs of a net.
private struct StepLine {
  private let file: String
  /// How many numbers a step of each free input has, and how many indices there are if they are such.
  private let inputs: [(name: String, width: Int, entries: Int?)]
  /// What makes an index of a token, where the only input was made of a text.
  private let text: TokenIndex?
  private let isDouble: Bool

  init(_ model: SavedModel, _ plan: NetworkPlan, file: String) {
    self.file = file
    inputs = plan.definition.freeInputs.map { index in
      let input = plan.definition.inputs[index]
      return (input.name, input.shape.elementCount, input.entries)
    }
    text = inputs.count == 1 ? model.record.source?.tokens(ofInput: inputs[0].name) : nil
    isDouble = model.description.precision == .double
  }

  /// The numbers of a step, input after input; nil for an empty line. Throws a `DiagnosticError` for anything else.
  func numbers(_ line: String, _ number: Int) throws(DiagnosticError) -> [Double]? {
    func error(_ code: String, _ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: code, message, remedy: remedy, place: SourcePlace(file: file, line: number, column: 1))
    }
    if line.isEmpty { return nil }
    if let text {
      guard let entry = text.entry(of: line) else {
        throw error("bad-step", "'\(line.shortened)' is not one token", "write a token on each line")
      }
      return [Double(entry)]
    }
    let fields = line.split { $0 == "," || $0.isWhitespace }
    if fields.isEmpty { return nil }
    let width = inputs.reduce(0) { $0 + $1.width }
    guard fields.count == width else {
      throw error(
        "bad-step", "this line has \(fields.count) number\(fields.count == 1 ? "" : "s"), but a step has \(width)",
        inputs.count > 1 ? "write the numbers of \(inputs.map(\.name).joined(separator: ", ")) in this order" : nil)
    }
    var values: [Double] = []
    for field in fields {
      guard let value = Double(field), value.isFinite else {
        throw error("bad-step", "'\(String(field).shortened)' is not a number")
      }
      guard isDouble || Float(value).isFinite else {
        throw error(
          "number-too-large", "\(String(field).shortened) is too large for single precision", "use double precision")
      }
      values.append(value)
    }
    var start = 0
    for input in inputs {
      defer { start += input.width }
      guard let entries = input.entries else { continue }
      for value in values[start..<(start + input.width)]
      where !(value >= 0 && value < Double(entries) && value == value.rounded()) {
        throw error(
          "index-out-of-range",
          "\(AttributeValue.number(value).written) is none of the \(entries) entries of '\(input.name)'",
          "they are whole numbers from 0 to \(entries - 1)")
      }
    }
    return values
  }
}
