import NNKernels
import Testing

/// Kernels on sets of elements against the plain ones in double precision.
struct StridedSegmentsTests {
  // Of this test alone: a pool serves one calling thread at a time.
  private let workers = [WorkerPool(threads: 1), WorkerPool(threads: 2)]

  @Test(arguments: 0..<40) func sumsAndMaps(_ key: Int) {
    var numbers = TestNumbers(key)
    let length = [1, 3, 15, 16, 49, 64, 1024, 5000][key % 8]
    let gap = numbers.integer(0...3)
    let set = StridedSegments(
      start: numbers.integer(0...5), segments: numbers.integer(1...7), stride: length + gap, length: length)
    let count = set.start + set.segments * set.stride
    // Far from zero, where sums of squares would lose the variance.
    let (x, y) = (numbers.floats(count, 99, 101), numbers.floats(count))
    let before = numbers.floats(count)
    let (x64, y64) = (Storage(x.map(Double.init)), Storage(y.map(Double.init)))
    let moments = Double.moments(x64.buffer, set)
    let center = Float(moments.mean)
    let sums = Double.deviationSums(y64.buffer, x64.buffer, center: Double(center), set)
    let map = CenteredScale(center: center, scale: 1.5, shift: 0.25)
    let combination = LinearCombination<Float>(factor: 0.75, slope: -1.25, center: center, constant: 0.5)
    for table in tables {
      let (ownX, ownY) = (Storage.unaligned(x, offset: 3), Storage.unaligned(y, offset: 1))
      let found = table.moments(ownX.1, set)
      #expect(abs(found.mean - moments.mean) < 1e-6, "\(table.level) \(set)")
      #expect(abs(found.variance - moments.variance) < 1e-5, "\(table.level) \(set)")
      let ownSums = table.deviationSums(ownY.1, ownX.1, center, set)
      let size = Double(set.count).squareRoot()
      #expect(abs(ownSums.sum - sums.sum) < 1e-5 * size, "\(table.level) \(set)")
      #expect(abs(ownSums.product - sums.product) < 1e-5 * size, "\(table.level) \(set)")
      for flag in [false, true] {
        let (mapped, combined) = (Storage.unaligned(before, offset: 2), Storage.unaligned(before, offset: 5))
        let (mapped64, combined64) = (Storage(before.map(Double.init)), Storage(before.map(Double.init)))
        table.affine(ownX.1, map, set, flag, mapped.1)
        Double.map(
          x64.buffer, CenteredScale(center: Double(center), scale: 1.5, shift: 0.25), set, rectifies: flag,
          into: mapped64.buffer)
        RowTests.expectClose(mapped.1, mapped64.buffer, "map \(table.level) \(set)")
        table.combineLinearly(ownY.1, ownX.1, combination, set, combined.1, flag)
        Double.combine(
          y64.buffer, x64.buffer,
          LinearCombination(factor: 0.75, slope: -1.25, center: Double(center), constant: 0.5), set,
          into: combined64.buffer, accumulate: flag)
        RowTests.expectClose(combined.1, combined64.buffer, "combination \(table.level) \(set)")
        withExtendedLifetime((mapped, combined)) {}
      }
      withExtendedLifetime((ownX, ownY)) {}
    }
  }

  @Test(arguments: [ElementOperation.add, .subtract, .multiply]) func elements(_ operation: ElementOperation) {
    for count in [0, 1, 17, 4096, 40_003] {
      var numbers = TestNumbers(count)
      let (x, y, z) = (numbers.floats(count), numbers.floats(count), numbers.floats(count))
      let (x64, y64) = (Storage(x.map(Double.init)), Storage(y.map(Double.init)))
      for table in tables {
        for pool in workers {
          for accumulate in [false, true] {
            let (ownX, ownY) = (Storage.unaligned(x, offset: 1), Storage.unaligned(y, offset: 3))
            let (found, expected) = (Storage.unaligned(z, offset: 2), Storage(z.map(Double.init)))
            table.combineElements(operation, ownX.1, ownY.1, found.1, accumulate, pool)
            Double.combine(
              operation, x64.buffer, y64.buffer, into: expected.buffer, accumulate: accumulate, workers: pool)
            RowTests.expectClose(found.1, expected.buffer, "\(table.level) \(operation) \(count)")
            withExtendedLifetime((ownX, ownY, found)) {}
          }
        }
      }
    }
  }

  @Test(arguments: 0..<20) func localResponses(_ key: Int) {
    var numbers = TestNumbers(key + 50)
    let extent = ChannelExtent(
      batch: numbers.integer(1...3), channels: numbers.integer(1...12), pixels: [1, 5, 16, 37, 256][key % 5])
    let window = LocalResponse(
      size: numbers.integer(1...7), alpha: [1e-4, 1, 20][key % 3], beta: [0.75, 0.5, 1.5][key % 3],
      k: numbers.next(0.5, 2))
    let count = extent.batch * extent.sampleCount
    let (x, up, before) = (numbers.floats(count, -3, 3), numbers.floats(count), numbers.floats(count))
    func wide(_ values: [Float]) -> Storage<Double> { Storage(values.map(Double.init)) }
    let (x64, up64, y64, down64, scratch64) = (wide(x), wide(up), wide(x), wide(before), wide(x))
    let serial = workers[0]
    Double.localResponse(window, extent, x64.buffer, into: y64.buffer, workers: serial)
    Double.localResponseBackward(
      window, extent, x64.buffer, upstream: up64.buffer, products: scratch64.buffer, downstream: down64.buffer,
      accumulate: key % 2 == 0, workers: serial)
    for table in tables {
      for pool in workers {
        let (ownX, y) = (Storage.unaligned(x, offset: 1), Storage.unaligned(x, offset: 3))
        let (ownUp, down) = (Storage.unaligned(up, offset: 2), Storage.unaligned(before, offset: 5))
        let products = Storage<Float>(count: count)
        table.localResponse(window, extent, ownX.1, y.1, pool)
        RowTests.expectClose(y.1, y64.buffer, "\(table.level) \(window) \(extent)")
        table.localResponseBackward(
          window, extent, ownX.1, ownUp.1, products.buffer, down.1, key % 2 == 0, pool)
        RowTests.expectClose(down.1, down64.buffer, "backward \(table.level) \(window) \(extent)", tolerance: 1e-5)
        withExtendedLifetime((ownX, y, ownUp, down)) {}
      }
    }
  }
}
