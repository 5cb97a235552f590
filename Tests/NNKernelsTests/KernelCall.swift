import NNKernels
import Testing

/// A call of a kernel on given arrays, at any level and in double precision.
struct KernelCall {
  /// What is said when it fails.
  var name: String
  /// What the arrays hold before the call; a kernel finds them in this order.
  var arrays: [[Float]]
  /// The arrays that the kernel writes.
  var written: Set<Int>
  /// The largest error, absolute and relative to the exact number.
  var absolute = 1e-6
  var relative = 1e-6
  /// Whether numbers that are not finite may spread to neighbours that are computed together with them.
  var spreads = false
  var float: (KernelTable, [Buffer<Float>], WorkerPool) -> Void
  var double: ([Buffer<Double>], WorkerPool) -> Void

  /// Compares all levels with double precision, on one to four threads and at different distances from aligned
  /// addresses: the numbers are close, the bits always the same, and nothing else is written.
  func check(_ pools: Pools, _ location: SourceLocation = #_sourceLocation) {
    for problem in problems(pools) { Issue.record("\(problem)", sourceLocation: location) }
  }

  /// What is wrong, if anything is.
  func problems(_ pools: Pools) -> [String] {
    var result: [String] = []
    let exact = arrays.map { Storage($0.map(Double.init)) }
    double(exact.map(\.buffer), pools.all[0])
    for table in tables {
      var bits: [[UInt32]] = []
      for (number, pool) in pools.all.enumerated() {
        let own = arrays.enumerated().map { GuardedArray($1, offset: (5 * number + 3 * $0) % 16) }
        float(table, own.map(\.buffer), pool)
        let what = "\(table.level), \(pool.threads) threads: \(name)"
        let found = own.map(\.buffer.array)
        for index in arrays.indices {
          if !own[index].isWhole { result.append("\(what): writes outside of array \(index)") }
          if !written.contains(index) {
            if found[index].bits != arrays[index].bits { result.append("\(what): writes to array \(index)") }
          } else if number == 0, let problem = difference(found[index], exact[index].buffer) {
            result.append("\(what): array \(index), \(problem)")
          }
        }
        let all = written.sorted().flatMap { found[$0].bits }
        if number > 0, all != bits[0] { result.append("\(what): other bits") }
        bits.append(all)
      }
    }
    return result
  }

  /// The first element that is not as exact as it should be.
  private func difference(_ found: [Float], _ exact: Buffer<Double>) -> String? {
    for (index, value) in found.enumerated() {
      let wanted = exact[index]
      let agrees =
        if Float(wanted).isFinite {
          value.isFinite
            ? (Double(value) - wanted).magnitude <= absolute + relative * wanted.magnitude : spreads
        } else {
          wanted.isNaN || spreads ? !value.isFinite : Double(value) == Double(Float(wanted))
        }
      if !agrees { return "element \(index): \(value) instead of \(wanted)" }
    }
    return nil
  }
}

/// Pools of one to four threads. Each test has its own, since a pool that is taken computes on one thread.
struct Pools {
  let all = (1...4).map { WorkerPool(threads: $0) }
}

/// An array between numbers that nobody may touch.
private struct GuardedArray {
  private static let margin = 24
  private static let mark: UInt32 = 0x7FA5_5A5A
  private let storage: Storage<Float>
  private let count: Int
  private let offset: Int

  init(_ elements: [Float], offset: Int) {
    count = elements.count
    self.offset = Self.margin + offset
    storage = Storage(count: count + 3 * Self.margin)
    storage.buffer.fill(Float(bitPattern: Self.mark))
    for (index, element) in elements.enumerated() { storage.buffer[self.offset + index] = element }
  }

  var buffer: Buffer<Float> { storage.buffer.slice(from: offset, count: count) }

  var isWhole: Bool {
    let all = storage.buffer.array
    return (all[..<offset] + all[(offset + count)...]).allSatisfy { $0.bitPattern == Self.mark }
  }
}

extension TestNumbers {
  /// Floats of which about one in `period` is not a number or infinite.
  mutating func specials(_ count: Int, period: Int = 9, _ low: Double = -1, _ high: Double = 1) -> [Float] {
    (0..<count).map { _ in
      integer(1...period) == 1 ? [.nan, .infinity, -.infinity][integer(0...2)] : Float(next(low, high))
    }
  }
}

/// Sizes where kernels have edges: all up to 40, and some that are cut into chunks.
let edgeSizes = Array(0...40) + [1000, 16_389, 70_001]
