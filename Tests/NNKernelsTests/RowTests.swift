import NNKernels
import Testing

/// Kernels on rows, reductions and optimizers against double precision.
struct RowTests {
  static func double(_ x: [Float]) -> Storage<Double> { Storage(x.map(Double.init)) }

  static func expectClose(
    _ value: Buffer<Float>, _ exact: Buffer<Double>, _ comment: Comment, tolerance: Double = 2e-6,
    _ location: SourceLocation = #_sourceLocation
  ) {
    var worst = 0.0
    for i in 0..<value.count {
      let error = abs(Double(value[i]) - exact[i]) / max(1, abs(exact[i]))
      worst = error.isNaN ? (value[i].isNaN && exact[i].isNaN ? worst : .infinity) : max(worst, error)
    }
    #expect(worst <= tolerance, comment, sourceLocation: location)
  }

  // Of this test alone: a pool serves one calling thread at a time.
  private let workers = [WorkerPool(threads: 1), WorkerPool(threads: 2)]

  @Test func softmaxAndItsLogarithm() {
    for columns in 1...40 {
      var numbers = TestNumbers(columns)
      let rows = [1, 3, 64, 500][columns % 4]
      let x = numbers.floats(rows * columns, -30, 30)
      let upstream = numbers.floats(rows * columns)
      for table in tables {
        for pool in workers {
          for logarithm in [false, true] {
            let (storage, input) = Storage.unaligned(x, offset: 1)
            let (y, down) = (Storage(x), Storage(upstream))
            let (exactY, exactDown) = (Self.double(x), Self.double(upstream))
            let (up, exactUp) = (Storage(upstream), Self.double(upstream))
            if logarithm {
              table.logSoftmax(rows, columns, input, y.buffer, pool)
              Double.logSoftmax(
                rows: rows, columns: columns, exactY.buffer, into: exactY.buffer, workers: pool)
              table.logSoftmaxBackward(rows, columns, y.buffer, up.buffer, down.buffer, columns % 2 == 0, pool)
              Double.logSoftmaxBackward(
                rows: rows, columns: columns, output: exactY.buffer, upstream: exactUp.buffer,
                downstream: exactDown.buffer, accumulate: columns % 2 == 0, workers: pool)
            } else {
              table.softmax(rows, columns, input, y.buffer, pool)
              Double.softmax(rows: rows, columns: columns, exactY.buffer, into: exactY.buffer, workers: pool)
              table.softmaxBackward(rows, columns, y.buffer, up.buffer, down.buffer, columns % 2 == 0, pool)
              Double.softmaxBackward(
                rows: rows, columns: columns, output: exactY.buffer, upstream: exactUp.buffer,
                downstream: exactDown.buffer, accumulate: columns % 2 == 0, workers: pool)
            }
            Self.expectClose(y.buffer, exactY.buffer, "\(table.level) \(rows)x\(columns) \(logarithm)")
            Self.expectClose(
              down.buffer, exactDown.buffer, "backward \(table.level) \(rows)x\(columns) \(logarithm)",
              tolerance: 2e-5)
            withExtendedLifetime(storage) {}
          }
        }
      }
    }
  }

  @Test func crossEntropy() {
    for columns in 1...40 {
      var numbers = TestNumbers(columns)
      let rows = [2, 7, 64, 300][columns % 4]
      let x = numbers.floats(rows * columns, -30, 30)
      let before = numbers.floats(rows * columns)
      var labels = (0..<rows).map { _ in Float(numbers.integer(0...(columns - 1))) }
      labels[0] = -1
      for table in tables {
        for pool in workers {
          let (logits, classes) = (Storage(x), Storage(labels))
          let (p, losses, down) = (Storage<Float>(count: x.count), Storage<Float>(count: rows), Storage(before))
          let (p64, losses64, down64) = (
            Storage<Double>(count: x.count), Storage<Double>(count: rows), Self.double(before)
          )
          table.softmaxCrossEntropy(
            rows, columns, logits.buffer, classes.buffer, -1, p.buffer, losses.buffer, pool)
          let (classes64, logits64) = (Self.double(labels), Self.double(x))
          Double.softmaxCrossEntropy(
            rows: rows, columns: columns, logits: logits64.buffer, labels: classes64.buffer, ignored: -1,
            probabilities: p64.buffer, losses: losses64.buffer, workers: pool)
          Self.expectClose(p.buffer, p64.buffer, "\(table.level) \(columns)")
          Self.expectClose(losses.buffer, losses64.buffer, "\(table.level) \(columns)")
          for accumulate in [true, false] {
            table.softmaxCrossEntropyBackward(
              rows, columns, p.buffer, classes.buffer, -1, 0.25, down.buffer, accumulate, pool)
            Double.softmaxCrossEntropyBackward(
              rows: rows, columns: columns, probabilities: p64.buffer, labels: classes64.buffer, ignored: -1,
              scale: 0.25, downstream: down64.buffer, accumulate: accumulate, workers: pool)
            Self.expectClose(down.buffer, down64.buffer, "\(table.level) \(columns)")
          }
        }
      }
    }
  }

  @Test func notANumberPassesThroughSoftmax() {
    for table in tables {
      let x = Storage<Float>([1, .nan, 3, 1, 2, 3])
      table.softmax(2, 3, x.buffer, x.buffer, workers[0])
      for i in 0..<3 {
        #expect(x.buffer[i].isNaN)
        #expect(x.buffer[3 + i] > 0)
      }
      let label = Storage<Float>([7])
      let losses = Storage<Float>(count: 1)
      table.softmaxCrossEntropy(
        1, 3, x.buffer.slice(from: 3, count: 3), label.buffer, nil, x.buffer.slice(from: 3, count: 3), losses.buffer,
        workers[0])
      #expect(losses.buffer[0].isNaN)
    }
  }

  @Test func columnSums() {
    for (rows, columns) in [(1, 1), (64, 10), (300, 33), (1000, 100), (5, 257), (0, 3), (2000, 7)] {
      var numbers = TestNumbers(rows + columns)
      let x = numbers.floats(rows * columns)
      let before = numbers.floats(columns)
      for table in tables {
        for accumulate in [false, true] {
          let (input, sums, sums64) = (Storage(x), Storage(before), Self.double(before))
          let input64 = Self.double(x)
          table.columnSums(rows, columns, input.buffer, sums.buffer, accumulate, workers[1])
          Double.columnSums(
            rows: rows, columns: columns, input64.buffer, into: sums64.buffer, accumulate: accumulate,
            workers: workers[0])
          Self.expectClose(
            sums.buffer, sums64.buffer, "\(table.level) \(rows)x\(columns)", tolerance: 1e-5)
        }
      }
    }
  }

  @Test func reductions() {
    for count in [0, 1, 5, 16, 31, 1000, 16384, 16385, 100_003] {
      var numbers = TestNumbers(count)
      let x = numbers.floats(count)
      let exact = Self.double(x)
      for table in tables {
        let input = Storage(x)
        var results: Set<Double> = []
        for threads in 1...4 {
          let pool = WorkerPool(threads: threads)
          results.insert(table.sum(input.buffer, pool))
          let squares = table.sumOfSquares(input.buffer, pool)
          let expected = Double.sumOfSquares(exact.buffer, workers: pool)
          #expect(abs(squares - expected) <= 1e-12 * max(1, expected))
        }
        #expect(results.count == 1)
        #expect(abs((results.first ?? 0) - Double.sum(exact.buffer, workers: workers[0])) <= 1e-10)
        #expect(table.isFinite(input.buffer, workers[1]))
        for bad in [Float.nan, .infinity, -.infinity] where count > 0 {
          for place in [0, count / 2, count - 1] {
            let kept = input.buffer[place]
            input.buffer[place] = bad
            #expect(!table.isFinite(input.buffer, workers[1]))
            input.buffer[place] = kept
          }
        }
      }
    }
  }

  @Test func scaling() {
    for count in [0, 1, 7, 40, 70_000] {
      var numbers = TestNumbers(count)
      let (x, y) = (numbers.floats(count), numbers.floats(count))
      for table in tables {
        for accumulate in [false, true] {
          let (input, output) = (Storage(x), Storage(y))
          table.scale(input.buffer, 0.3, output.buffer, accumulate, workers[1])
          for i in 0..<count { #expect(output.buffer[i] == (accumulate ? y[i] + 0.3 * x[i] : 0.3 * x[i])) }
        }
      }
    }
  }
}
