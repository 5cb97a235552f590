import NNKernels
import Testing

/// Moves of elements against loops over all indices, and resampling against its matrices written out.
struct MovementTests {
  /// Dimensions of a box with the strides in both arrays.
  private static let boxes: [[(size: Int, x: Int, y: Int)]] = [
    [], [(5, 1, 1)], [(20_480, 1, 1)], [(7, 30, 20), (20, 1, 1)], [(3, 40, 40), (8, 1, 5), (5, 8, 1)],
    [(2, 2000, 2000), (40, 1, 50), (50, 40, 1)], [(4, 1, 3), (3, 4, 1)],
    [(2, 96, 96), (3, 8, 32), (2, 24, 8), (4, 1, 2), (2, 48, 1)],
    [(3, 12, 24), (3, 4, 8), (2, 0, 4), (2, 1, 2), (2, 0, 1)], [(64, 12, 24), (12, 1, 2), (2, 0, 1)],
    [(1, 9, 9), (9, 1, 1)], [(0, 1, 1)], [(3, 40, 40), (8, 5, 1), (5, 1, 8)], [(37, 1, 50), (50, 40, 1)],
    [(9, 1024, 1), (1024, 1, 9)], [(3, 7, 91), (7, 1, 13), (13, 0, 1)], [(30, 1, 40), (40, 0, 1)],
    [(6, 5, 5), (5, 1, 1)], [(9, 20, 67), (67, 1, 1)], [(9, 40, 19), (4, 1, 1)], [(9, 19, 20), (8, 1, 1)],
    [(700, 16, 33), (16, 1, 1)], [(70, 45, 32), (32, 1, 1)],
  ]

  @Test(arguments: boxes.indices, [false, true]) func moves(_ index: Int, _ isReversed: Bool) {
    let box = Self.boxes[index].map { isReversed ? (size: $0.size, x: $0.y, y: $0.x) : $0 }
    var move = StridedMove(xStart: 3, yStart: 2)
    for (size, x, y) in Self.boxes[index] { move.append(size, x: x, y: y) }
    if isReversed { move = move.reversed }
    let (xStart, yStart) = isReversed ? (2, 3) : (3, 2)
    var numbers = TestNumbers(index)
    var (xCount, yCount) = (xStart + 1, yStart + 1)
    for (size, xStride, yStride) in box {
      xCount += max(0, size - 1) * xStride
      yCount += max(0, size - 1) * yStride
    }
    let (x, before) = (numbers.floats(xCount), numbers.floats(yCount))
    for accumulate in [false, true] where accumulate || !box.contains(where: { $0.y == 0 }) {
      var expected = before
      var places = [(xStart, yStart)]
      for (size, xStride, yStride) in box {
        var next: [(Int, Int)] = []
        for place in places {
          for i in 0..<size { next.append((place.0 + i * xStride, place.1 + i * yStride)) }
        }
        places = next
      }
      for (from, to) in places { expected[to] = accumulate ? expected[to] + x[from] : x[from] }
      var bits: Set<[UInt32]> = []
      defer { #expect(bits.count == 1) }
      for threads in 1...3 {
        let (source, target) = (Storage(x), Storage(before))
        move(source.buffer, into: target.buffer, accumulate: accumulate, workers: WorkerPool(threads: threads))
        // Sums along a row have an order of their own.
        let isNear = zip(target.buffer.array, expected).allSatisfy { ($0 - $1).magnitude < 1e-5 }
        let isSum = box.contains { $0.y == 0 && $0.size >= 8 }
        #expect(
          isSum ? isNear : target.buffer.array == expected,
          "box \(index), \(threads) threads, accumulate \(accumulate)")
        bits.insert(target.buffer.array.bits)
      }
    }
  }

  /// Rectangles in planes: planes of a block, elements of a plane, rows, elements of a row, stride.
  @Test(arguments: [(1, 12, 3, 2, 4), (3, 90, 5, 7, 9), (2, 4000, 20, 70, 100), (1, 16, 1, 6, 0), (1, 9, 9, 1, 1)])
  func placesRows(_ planes: Int, _ plane: Int, _ rows: Int, _ run: Int, _ stride: Int) {
    let blocks = 37
    let layout = RowPlacement(planes: planes, plane: plane, rows: rows, run: run, stride: stride)
    var numbers = TestNumbers(plane)
    let (x, y) = (numbers.floats(blocks * planes * rows * run), numbers.floats(blocks * planes * plane))
    // As far into the plane as the block's number and the rectangle allow.
    let room = plane - (rows - 1) * stride - run
    func start(_ block: Int) -> Int { block % (room + 1) }
    var places: [Int] = []
    for block in 0..<blocks {
      for index in 0..<(planes * rows) {
        let first = (block * planes + index / rows) * plane + index % rows * stride + start(block)
        places += first..<(first + run)
      }
    }
    var (placed, added) = ([Float](repeating: 7, count: y.count), y)
    for (place, value) in zip(places, x) {
      placed[place] = value
      added[place] += value
    }
    for threads in 1...3 {
      let workers = WorkerPool(threads: threads)
      let (source, target, taken) = (Storage(x), Storage(y), Storage<Float>(count: x.count))
      layout.add(source.buffer, into: target.buffer, workers: workers, start: start)
      #expect(target.buffer.array == added)
      layout.place(source.buffer, into: target.buffer, filler: 7, workers: workers, start: start)
      #expect(target.buffer.array == placed)
      layout.take(target.buffer, into: taken.buffer, workers: workers, start: start)
      #expect(taken.buffer.array == x)
    }
  }

  private static let resamplings: [SeparableResampling] = {
    var result: [SeparableResampling] = []
    for aligns in [false, true] {
      let axis = AxisWeights.linear(alignsCorners: aligns)
      for (height, width, scale) in [(1, 1, 2), (3, 4, 2), (5, 2, 3), (8, 8, 1)] {
        let output = Extent(height * scale, width * (scale + 1))
        result.append(.init(rows: axis, columns: axis, input: Extent(height, width), output: output))
      }
    }
    for (input, output) in [
      (Extent(6, 6), Extent(3, 3)), (Extent(7, 5), Extent(3, 4)), (Extent(4, 4), Extent(4, 4)),
      (Extent(2, 3), Extent(5, 7)),
    ] {
      result.append(.init(rows: .mean, columns: .mean, input: input, output: output))
    }
    return result
  }()

  private func dot(_ x: [Float], _ y: Buffer<Float>) -> Double {
    var sum = 0.0
    for i in 0..<y.count { sum += Double(x[i]) * Double(y[i]) }
    return sum
  }

  /// <g, R(x)> = <R*(g), x>, R of a constant is the constant, and any number of threads gives the same bits.
  @Test(arguments: resamplings) func resampling(_ shape: SeparableResampling) {
    let planes = 9
    var numbers = TestNumbers(shape.input.area)
    let (x, g) = (
      numbers.floats(planes * shape.input.area), numbers.floats(planes * shape.output.area)
    )
    var bits: Set<[UInt32]> = []
    for threads in 1...3 {
      let workers = WorkerPool(threads: threads)
      let (source, upstream) = (Storage(x), Storage(g))
      let (y, dx) = (Storage<Float>(count: g.count), Storage<Float>(count: x.count))
      shape.forward(source.buffer, into: y.buffer, workers: workers)
      shape.backward(upstream.buffer, into: dx.buffer, accumulate: false, workers: workers)
      let (left, right) = (dot(g, y.buffer), dot(x, dx.buffer))
      #expect((left - right).magnitude < 1e-4)
      bits.insert((y.buffer.array + dx.buffer.array).bits)
      shape.backward(upstream.buffer, into: dx.buffer, accumulate: true, workers: workers)
      #expect((dot(x, dx.buffer) - 2 * right).magnitude < 1e-4)
      let ones = Storage(x.map { _ in Float(1) })
      shape.forward(ones.buffer, into: y.buffer, workers: workers)
      #expect(y.buffer.array.allSatisfy { ($0 - 1).magnitude < 1e-6 })
    }
    #expect(bits.count == 1)
  }
}
