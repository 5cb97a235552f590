import NNCommandLine
import NNCore
import NNDrawing
import NNExplain
import NNFiles
import NNText

/// The curve of a layer, for `nnrun layers NAME --plot`.
struct LayerPlot {
  private static let pointCount = 601

  private let plot: Plot

  /// Throws a `DiagnosticError` if the layer has no curve, or an attribute is wrong.
  ///
  /// - Parameter settings: attributes, each as NAME=VALUE; the others have their defaults.
  init(_ name: String, _ settings: [String], range: String?, _ arguments: Arguments, _ environment: Environment) throws
  {
    guard let declaration = environment.registry.declaration(of: name, in: .network) else {
      throw usageError("<\(name)> is not a layer, so there is no curve to draw")
    }
    var values: [String: AttributeValue] = [:]
    do {
      for setting in settings {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let attribute = declaration.schema.attribute(parts[0]) else {
          let names = declaration.schema.attributes.map(\.name)
          throw usageError(
            "'\(setting.shortened)' sets no attribute of <\(name)>",
            names.isEmpty ? "it has none" : "write one as NAME=VALUE: \(names.joined(separator: ", "))")
        }
        values[attribute.name] = try attribute.kind.parse(parts[1])
      }
      if let missing = declaration.schema.attributes.first(where: { $0.isRequired && values[$0.name] == nil }) {
        throw usageError(
          "<\(name)> needs the attribute '\(missing.name)'", "such as: nnrun layers \(name) --plot \(missing.name)=2")
      }
      let layer = try declaration.layer(values)
      let range = try Self.range(range)
      let curve = try Curve(
        layer, over: range, count: Self.pointCount, workers: try environment.workers(arguments))
      plot = Plot(
        title: "\(name) and its derivative", range: range,
        lines: [
          Plot.Line(name: "\(name)(x)", heights: curve.points.map(\.value)),
          Plot.Line(name: "its derivative", heights: curve.points.map(\.slope)),
        ])
    } catch let error as ElementError {
      throw usageError(error.message, error.remedy)
    }
  }

  /// Prints the plot, or writes it to the file that `--svg` names.
  func show(_ arguments: Arguments) throws {
    guard let path = arguments.text("svg") else { return try printResult(plot.text(), terminator: "") }
    try AtomicFile.write(path, text: plot.svg)
  }

  private static func range(_ text: String?) throws -> ClosedRange<Double> {
    guard let text else { return -5...5 }
    let ends = text.split(separator: ":").compactMap { Double($0) }
    guard ends.count == 2, ends[0] < ends[1], ends.allSatisfy({ $0.magnitude <= 1e6 }) else {
      throw usageError("'\(text.shortened)' is no range", "write it as FROM:TO, such as --range=-2:2")
    }
    return ends[0]...ends[1]
  }
}
