import NNCore
import NNKernels

/// Memory for the samples of a batch whose numbers stay in their file.
final class StoredBatch {
  private let numbers: StoredNumbers
  private let width: Int
  private let bytes: Storage<UInt8>
  /// For each thread what reading takes.
  private let scratch: Storage<UInt8>
  private let threads: Int
  /// The samples' places in it: 0, 1, 2 …
  private let places: Storage<Int32>

  /// Memory for batches of at most `size` samples of an array, read by at most `threads` threads; nil if its numbers are in
  /// memory.
  init?(_ array: DataArray, size: Int, threads: Int) {
    guard case .stored(let numbers) = array.elements else { return nil }
    self.numbers = numbers
    self.threads = max(1, threads)
    width = array.width
    bytes = Storage(count: size * numbers.sampleSize)
    scratch = Storage(count: self.threads * numbers.rows.scratchSize)
    places = Storage((0..<Int32(size)).map { $0 })
  }

  /// Reads samples, and gives each kind of number to what gathers it, with the samples' places.
  func load(
    _ rows: UnsafeBufferPointer<Int32>, workers: WorkerPool,
    bytes asBytes: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Int32>) -> Void,
    floats asFloats: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Int32>) -> Void,
    doubles asDoubles: (UnsafeBufferPointer<Double>, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let target = UnsafeMutableRawBufferPointer(start: bytes.buffer.base, count: bytes.buffer.count)
    read(rows, into: target, workers)
    let places = UnsafeBufferPointer(start: places.buffer.base, count: rows.count)
    switch numbers.form {
    case .bytes: asBytes(UnsafeBufferPointer(start: bytes.buffer.base, count: rows.count * width), places)
    case .floats: target.withMemoryRebound(to: Float.self) { asFloats(UnsafeBufferPointer($0), places) }
    case .doubles: target.withMemoryRebound(to: Double.self) { asDoubles(UnsafeBufferPointer($0), places) }
    }
  }

  /// Reads samples into memory, one after the other.
  private func read(
    _ rows: UnsafeBufferPointer<Int32>, into target: UnsafeMutableRawBufferPointer, _ workers: WorkerPool
  ) {
    let grain = min(rows.count, numbers.rows.grain)
    guard grain > 0 else { return }
    let size = numbers.rows.scratchSize
    let memory = UnsafeMutableRawBufferPointer(start: scratch.buffer.base, count: scratch.buffer.count)
    let chunks = workers.threads > threads ? 1 : (rows.count + grain - 1) / grain
    workers.run(chunks: chunks) { chunk, worker in
      let place = (chunks == 1 ? 0 : worker) * size
      let part = UnsafeMutableRawBufferPointer(rebasing: memory[place..<(place + size)])
      let own = chunks == 1 ? 0..<rows.count : (chunk * grain)..<min(rows.count, (chunk + 1) * grain)
      let samples = UnsafeMutableRawBufferPointer(
        rebasing: target[(own.lowerBound * numbers.sampleSize)..<(own.upperBound * numbers.sampleSize)])
      do throws(DiagnosticError) {
        try numbers.rows.gather(UnsafeBufferPointer(rebasing: rows[own]), into: samples, scratch: part)
      } catch {
        samples.initializeMemory(as: UInt8.self, repeating: 0)
        numbers.note(error)
      }
    }
  }

  /// Tells the system which samples will be read soon.
  func announce(_ rows: UnsafeBufferPointer<Int32>) {
    guard let first = rows.min(), let last = rows.max() else { return }
    numbers.rows.announce(Int(first)..<(Int(last) + 1))
  }
}
