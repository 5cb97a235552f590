import FuzzSupport
import NNData

private let file = FuzzedFile(ending: ".npz")

/// Reads the bytes as NumPy's array or archive, as its first bytes say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzArrays(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  file.read(start, count) { path in
    let set = try PredictionInput.read(path, isDouble: true)
    precondition(set.inputs.allSatisfy { $0.elements.count % $0.width == 0 })
  }
  file.read(start, count) { path in _ = try LabelledInput.read(path, labels: path, SourceContext(folder: ".")) }
  return 0
}
