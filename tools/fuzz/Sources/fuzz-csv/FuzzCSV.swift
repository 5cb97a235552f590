import FuzzSupport
import NNData

private let file = FuzzedFile(ending: ".csv")

/// Reads the bytes as a table, to predict and to judge.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSV(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  file.read(start, count) { path in _ = try PredictionInput.read(path) }
  file.read(start, count) { path in
    let set = try LabelledInput.read(path, label: "last", SourceContext(folder: "."))
    precondition(set.inputs.allSatisfy { $0.elements.count % $0.width == 0 })
  }
  return 0
}
