import NNCore
import NNDrawing
import NNKernels

/// A formula such as `(x + y) * z` with every number of a forward and a backward pass through it.
public struct FormulaExplanation {
  private let explanation: Explanation

  /// Reads and explains a formula. Throws a `DiagnosticError`: it cannot be read, is too large, or is not finite.
  ///
  /// - Parameters:
  ///   - values: a number for each name in it.
  ///   - registry: must know the arithmetic layers and activations.
  public init(_ formula: String, values: [String: Double], registry: Registry, workers: WorkerPool) throws {
    let expression = try Expression(formula, values: values, registry: registry)
    explanation = try Explanation(expression.definition, output: expression.output, workers: workers) { _ in }
  }

  /// Both passes in words.
  public var text: String { explanation.text }
  /// All numbers for scripts.
  public var json: String { explanation.jsonText }
  /// The graph for Graphviz.
  public var dot: String { drawing.dot }

  /// The graph as a picture. Throws a `DiagnosticError` if it is too large to be drawn.
  public func svg() throws -> String { try PlacedDrawing(drawing).svg }

  /// Both passes as a program in Python. Throws a `DiagnosticError` if a part of the formula has no code.
  public func python() throws -> String { try ProgramText(explanation, .python).text }

  private var drawing: Drawing { explanation.drawing(title: "values above, gradients below") }
}
