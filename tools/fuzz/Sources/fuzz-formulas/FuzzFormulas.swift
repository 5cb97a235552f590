import FuzzSupport
import NNCore
import NNDrawing
import NNExplain
import NNKernels
import StandardLayers

private let registry: Registry = {
  var registry = Registry()
  registerStandardLayers(into: &registry)
  return registry
}()
private let workers = WorkerPool(threads: 1)
private let values = ["x": 2.0, "y": -0.5, "z": 3.0]

/// Reads the bytes as a formula of x, y and z and explains it: as text, JSON, picture and program.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFormulas(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  report {
    let expression = try Expression(text, values: values.filter { text.contains($0.key) }, registry: registry)
    let explanation = try Explanation(expression.definition, output: expression.output, workers: workers) {
      $0.initialize(seed: 1)
    }
    precondition(!explanation.text.isEmpty && !explanation.json.isEmpty)
    let drawing = explanation.drawing(title: "formula")
    precondition(!drawing.dot.isEmpty)
    report { precondition(try Picture(drawing).svg.hasSuffix("</svg>\n")) }
    report { _ = try ProgramText(explanation, .python) }
  }
  return 0
}
