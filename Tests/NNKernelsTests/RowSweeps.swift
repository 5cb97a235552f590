import NNKernels
import Testing

/// Kernels on rows and columns, at all edges of both.
struct RowSweeps {
  /// Every number of rows and of columns from 0 to 40 with some of the other, and some that are cut into chunks.
  private static let shapes: [(rows: Int, columns: Int)] = {
    var numbers = TestNumbers(1)
    var result: [(Int, Int)] = []
    for size in 0...40 {
      result.append((size, numbers.integer(1...40)))
      result.append((numbers.integer(0...40), max(1, size)))
    }
    return result + [(1000, 33), (3000, 10), (7, 5003), (70, 1000), (20_000, 1)]
  }()

  private func scores(_ numbers: inout TestNumbers, _ count: Int, _ special: Bool) -> [Float] {
    special ? numbers.specials(count, period: 40, -30, 30) : numbers.floats(count, -30, 30)
  }

  @Test(arguments: [false, true], [false, true]) func softmax(_ logarithm: Bool, _ special: Bool) {
    let pools = Pools()
    for (rows, columns) in Self.shapes {
      var numbers = TestNumbers(rows * 100 + columns)
      let x = scores(&numbers, rows * columns, special)
      for inPlace in [false, true] {
        let target = inPlace ? 0 : 1
        KernelCall(
          name: "\(logarithm ? "log softmax" : "softmax") \(rows) x \(columns)", arrays: [x, x], written: [target],
          absolute: 2e-6, relative: 2e-6,
          float: { (logarithm ? $0.logSoftmax : $0.softmax)(rows, columns, $1[0], $1[target], $2) },
          double: {
            if logarithm {
              Double.logSoftmax(rows: rows, columns: columns, $0[0], into: $0[target], workers: $1)
            } else {
              Double.softmax(rows: rows, columns: columns, $0[0], into: $0[target], workers: $1)
            }
          }
        ).check(pools)
      }
    }
  }

  @Test(arguments: [false, true], [false, true]) func softmaxSlopes(_ logarithm: Bool, _ accumulate: Bool) {
    let pools = Pools()
    for (rows, columns) in Self.shapes {
      var numbers = TestNumbers(rows * 100 + columns)
      let x = Storage(numbers.floats(rows * columns, -5, 5).map(Double.init))
      if logarithm {
        Double.logSoftmax(rows: rows, columns: columns, x.buffer, into: x.buffer, workers: pools.all[0])
      } else {
        Double.softmax(rows: rows, columns: columns, x.buffer, into: x.buffer, workers: pools.all[0])
      }
      let arrays = [x.buffer.array.map { Float($0) }, numbers.floats(x.buffer.count), numbers.floats(x.buffer.count)]
      KernelCall(
        name: "slope of \(logarithm ? "log softmax" : "softmax") \(rows) x \(columns), accumulate \(accumulate)",
        arrays: arrays, written: [2], absolute: 1e-6 * Double(8 + columns),
        float: {
          (logarithm ? $0.logSoftmaxBackward : $0.softmaxBackward)(rows, columns, $1[0], $1[1], $1[2], accumulate, $2)
        },
        double: {
          if logarithm {
            Double.logSoftmaxBackward(
              rows: rows, columns: columns, output: $0[0], upstream: $0[1], downstream: $0[2], accumulate: accumulate,
              workers: $1)
          } else {
            Double.softmaxBackward(
              rows: rows, columns: columns, output: $0[0], upstream: $0[1], downstream: $0[2], accumulate: accumulate,
              workers: $1)
          }
        }
      ).check(pools)
    }
  }

  @Test(arguments: [false, true]) func crossEntropy(_ special: Bool) {
    let pools = Pools()
    for (rows, columns) in Self.shapes {
      var numbers = TestNumbers(rows * 100 + columns)
      let x = scores(&numbers, rows * columns, special)
      // One label in five is ignored.
      let labels = (0..<rows).map { _ in
        numbers.integer(1...5) == 1 ? -1 : Float(numbers.integer(0...(columns - 1)))
      }
      KernelCall(
        name: "cross-entropy \(rows) x \(columns)",
        arrays: [x, labels, numbers.floats(x.count), numbers.floats(rows)], written: [2, 3], absolute: 4e-6,
        relative: 2e-6,
        float: { $0.softmaxCrossEntropy(rows, columns, $1[0], $1[1], -1, $1[2], $1[3], $2) },
        double: {
          Double.softmaxCrossEntropy(
            rows: rows, columns: columns, logits: $0[0], labels: $0[1], ignored: -1, probabilities: $0[2],
            losses: $0[3], workers: $1)
        }
      ).check(pools)
      for accumulate in [false, true] {
        KernelCall(
          name: "slope of cross-entropy \(rows) x \(columns)",
          arrays: [numbers.floats(x.count, 0, 1), labels, numbers.floats(x.count)], written: [2],
          float: { $0.softmaxCrossEntropyBackward(rows, columns, $1[0], $1[1], -1, 0.3, $1[2], accumulate, $2) },
          double: {
            Double.softmaxCrossEntropyBackward(
              rows: rows, columns: columns, probabilities: $0[0], labels: $0[1], ignored: -1, scale: Double(Float(0.3)),
              downstream: $0[2], accumulate: accumulate, workers: $1)
          }
        ).check(pools)
      }
    }
  }

  @Test(arguments: [false, true], [false, true]) func columnSums(_ accumulate: Bool, _ special: Bool) {
    let pools = Pools()
    for (rows, columns) in Self.shapes {
      var numbers = TestNumbers(rows * 100 + columns)
      let x = special ? numbers.specials(rows * columns) : numbers.floats(rows * columns)
      KernelCall(
        name: "column sums \(rows) x \(columns), accumulate \(accumulate)", arrays: [x, numbers.floats(columns)],
        written: [1], absolute: 1e-7 * Double(10 + rows),
        float: { $0.columnSums(rows, columns, $1[0], $1[1], accumulate, $2) },
        double: {
          Double.columnSums(
            rows: rows, columns: columns, $0[0], into: $0[1], accumulate: accumulate, workers: $1)
        }
      ).check(pools)
    }
  }
}
