import NNCore
import NNWeights

/// Reads the bytes as a file of weights: errors are fine, crashes are findings.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWeights(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let file = try TensorFile(bytes: bytes, file: "weights.safetensors")
    _ = file.checksumState
    for entry in file.entries {
      if let values = file.values(entry) { _ = TensorStatistics(values) }
    }
    // What is written must be readable, and the same.
    let again = try TensorFile(bytes: file.bytes, file: "again.safetensors")
    precondition(again.entries.count == file.entries.count, "the written file has other arrays")
  } catch let error as DiagnosticError {
    precondition(!error.description.isEmpty)
  } catch {
    preconditionFailure("an error that is no message: \(error)")
  }
  return 0
}
