import FuzzSupport
import NNCore
import NNExplain
import NNKernels
import StandardLayers

private let registry: Registry = {
  var registry = Registry()
  do {
    try registerStandardLayers(into: &registry)
  } catch {
    preconditionFailure("\(error)")
  }
  return registry
}()
private let workers = WorkerPool(threads: 1)
private let values = ["x": 2.0, "y": -0.5, "z": 3.0]

/// Reads the bytes as a formula of x, y and z and explains it: as text, JSON, graph, picture and program.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFormulas(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let formula = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  report {
    let explanation = try FormulaExplanation(
      formula, values: values.filter { formula.contains($0.key) }, registry: registry, workers: workers)
    precondition(!explanation.text.isEmpty && !explanation.json.isEmpty && !explanation.dot.isEmpty)
    report {
      let picture = try explanation.svg()
      precondition(picture.hasSuffix("</svg>\n"))
    }
    report { _ = try explanation.python() }
  }
  return 0
}
