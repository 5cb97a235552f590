import FuzzSupport
import NNData

private let file = FuzzedFile(ending: ".idx")

/// Reads the bytes as an IDX file, as samples and as labels, or as a compressed one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIDX(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  file.read(start, count) { path in
    let set = try LabelledInput.read(path, labels: path, SourceContext(folder: "."))
    precondition(set.inputs.allSatisfy { $0.elements.count % $0.width == 0 })
  }
  return 0
}
