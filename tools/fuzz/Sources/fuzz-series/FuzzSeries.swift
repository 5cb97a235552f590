import FuzzSupport
import NNData

private let file = FuzzedFile(ending: ".ts")

/// Reads the bytes as time series, to predict and to judge.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSeries(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  file.read(start, count) { path in _ = try PredictionInput.read(path) }
  file.read(start, count) { path in
    let set = try LabelledInput.read(path, SourceContext(folder: "."))
    precondition(set.inputs.allSatisfy { $0.elements.count % $0.width == 0 })
    precondition(set.inputs.allSatisfy { $0.lengths?.count ?? set.count == set.count })
  }
  return 0
}
