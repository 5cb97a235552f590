import NNCore
import NNFiles

/// Where numbers are that are not in memory: in a file, or with a provider of samples.
enum NumberOrigin: Sendable {
  case file(StoredBytes, start: Int)
  /// Samples of `width` numbers, in an array of this name.
  case provider(any SampleProvider, name: String, width: Int)

  /// Fills `target` with bytes from `first` on, counted from the first number's. Those of a provider are doubles in the machine's
  /// byte order, and both ends lie between samples.
  ///
  /// Throws a `DiagnosticError` if they cannot be read.
  func read(into target: UnsafeMutableRawBufferPointer, from first: Int) throws(DiagnosticError) {
    switch self {
    case .file(let file, let start): try file.read(into: target, from: start + first)
    case .provider(_, _, let width):
      let sample = width * MemoryLayout<Double>.size
      let rows = (first / sample..<(first + target.count) / sample).map { Int32($0) }
      let failure = rows.withUnsafeBufferPointer { rows -> DiagnosticError? in
        do throws(DiagnosticError) { try gather(rows, into: target) } catch { return error }
        return nil
      }
      if let failure { throw failure }
    }
  }

  /// Fills `target` with a provider's samples, one after the other. Throws a `DiagnosticError` if the provider does not give them.
  func gather(_ rows: UnsafeBufferPointer<Int32>, into target: UnsafeMutableRawBufferPointer) throws(DiagnosticError) {
    guard case .provider(let provider, let name, _) = self else { return }
    let numbers = target.bindMemory(to: Double.self)
    do {
      var span = numbers.mutableSpan
      try provider.gather(rows.span, into: &span)
    } catch let error as DiagnosticError {
      throw error
    } catch {
      throw DiagnosticError(.inputOutput, code: "read-failed", file: name, "samples could not be read: \(error)")
    }
    guard numbers.allSatisfy({ $0.isFinite }) else {
      throw DiagnosticError(
        code: "not-finite-data", file: name, "a sample holds NaN or an infinite number",
        remedy: "fill the gap or leave the sample out")
    }
  }

  /// Tells the system which bytes will be read soon, counted from the first number's.
  func announce(_ bytes: Range<Int>) {
    guard case .file(let file, let start) = self else { return }
    file.announce((start + bytes.lowerBound)..<(start + bytes.upperBound))
  }
}
