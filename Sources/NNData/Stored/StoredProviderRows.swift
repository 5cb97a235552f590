import NNCore
import NNKernels

/// The samples of a provider, as doubles. Numbers are looked at when they are read, not before.
struct StoredProviderRows: StoredRows {
  let provider: any SampleProvider
  /// The array's name, for messages.
  let name: String

  let scratchSize = 0
  // One thread at a time calls a provider.
  let grain = Int.max
  let areFinite = true

  func read(
    _ rows: Range<Int>, into target: UnsafeMutableRawBufferPointer, scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError) {
    let rows = rows.map { Int32(clamping: $0) }
    let width = provider.shape.elementCount
    let part = UnsafeMutableRawBufferPointer(rebasing: target[0..<(rows.count * width * MemoryLayout<Double>.size)])
    let failure = rows.withUnsafeBufferPointer { rows -> DiagnosticError? in
      do throws(DiagnosticError) { try gather(rows, into: part, scratch: scratch) } catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  func gather(
    _ rows: UnsafeBufferPointer<Int32>, into target: UnsafeMutableRawBufferPointer,
    scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError) {
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

  func announce(_ rows: Range<Int>) {}
}

extension StoredNumbers {
  /// The numbers of a provider's samples, of `width` numbers each.
  convenience init(_ provider: any SampleProvider, name: String, width: Int) {
    // Sets refuse more than 2^31 - 1 samples, and none.
    let samples = min(max(provider.count, 0), 1 << 31)
    let (product, overflow) = samples.multipliedReportingOverflow(by: width)
    self.init(
      StoredProviderRows(provider: provider, name: name), count: overflow ? Int.max / width * width : product,
      width: width, form: .doubles, window: max(1, samples))
  }
}
