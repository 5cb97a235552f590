import NNKernels
import Testing

/// Adaptive maxima against loops over all windows, for numbers that are equal, infinite or none.
struct AdaptiveMaximumTests {
  /// The place of the largest pixel of a window: the first of equal ones, the last of several NaNs.
  private func place(_ image: ArraySlice<Float>, _ shape: AdaptiveMaximum, _ i: Int, _ j: Int) -> Int {
    let (input, output) = (shape.input, shape.output)
    func window(_ index: Int, _ input: Int, _ output: Int) -> Range<Int> {
      (index * input / output)..<(((index + 1) * input + output - 1) / output)
    }
    var best: Int?
    for row in window(i, input.height, output.height) {
      for column in window(j, input.width, output.width) {
        let pixel = row * input.width + column
        let value = image[image.startIndex + pixel]
        guard let held = best, !value.isNaN, !(value > image[image.startIndex + held]) else {
          best = pixel
          continue
        }
      }
    }
    return best ?? 0
  }

  @Test(arguments: 0..<40) func windows(_ key: Int) {
    var numbers = TestNumbers(key)
    let input = Extent(numbers.integer(1...19), numbers.integer(1...19))
    let shape = AdaptiveMaximum(input: input, output: Extent(numbers.integer(1...9), numbers.integer(1...9)))
    let planes = numbers.integer(1...7)
    var x = numbers.floats(planes * input.area)
    for index in x.indices {
      switch numbers.integer(0...(key % 2 == 0 ? 60 : 6)) {
      case 0: x[index] = .nan
      case 1: x[index] = numbers.integer(0...1) == 0 ? .infinity : -.infinity
      case 2, 3: x[index] = 0.5
      default: break
      }
    }
    let upstream = numbers.floats(planes * shape.output.area)
    let before = numbers.floats(x.count)
    var (largest, added) = ([Float](), before)
    for plane in 0..<planes {
      let image = x[(plane * input.area)..<((plane + 1) * input.area)]
      for i in 0..<shape.output.height {
        for j in 0..<shape.output.width {
          let place = plane * input.area + self.place(image, shape, i, j)
          added[place] += upstream[largest.count]
          largest.append(x[place])
        }
      }
    }
    func check<S: Scalar>(_ kind: S.Type) where S: BinaryFloatingPoint {
      for threads in [1, 3] {
        let workers = WorkerPool(threads: threads)
        let (source, gradient) = (Storage(x.map { S($0) }), Storage(upstream.map { S($0) }))
        let (y, places) = (Storage<S>(count: largest.count), Storage<S>(count: largest.count))
        let (alone, downstream) = (Storage<S>(count: largest.count), Storage(before.map { S($0) }))
        shape.forward(source.buffer, into: y.buffer, places: places.buffer, workers: workers)
        shape.forward(
          source.buffer, into: alone.buffer, places: places.buffer.slice(from: 0, count: 0), workers: workers)
        shape.backward(
          gradient.buffer, places: places.buffer, into: downstream.buffer, accumulate: true, workers: workers)
        for index in largest.indices {
          let (found, expected) = (Float(y.buffer[index]), largest[index])
          #expect(found == expected || found.isNaN && expected.isNaN, "\(shape) \(index)")
          #expect(Float(alone.buffer[index]).bitPattern == found.bitPattern)
        }
        for index in added.indices {
          #expect((Float(downstream.buffer[index]) - added[index]).magnitude < 1e-5, "\(shape) \(index)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  /// The place of a pixel behind the last whole number that single precision tells from the next.
  @Test func aLargePlane() {
    let shape = AdaptiveMaximum(input: Extent(4100, 4100), output: Extent(1, 1))
    let place = 1 << 24 | 1
    let (x, downstream) = (Storage<Float>(count: shape.input.area), Storage<Float>(count: shape.input.area))
    x.buffer[place] = 3
    let (y, places, workers) = (Storage<Float>(count: 1), Storage<Float>(count: 1), WorkerPool(threads: 1))
    shape.forward(x.buffer, into: y.buffer, places: places.buffer, workers: workers)
    let upstream = Storage<Float>([2])
    shape.backward(
      upstream.buffer, places: places.buffer, into: downstream.buffer, accumulate: false, workers: workers)
    #expect(y.buffer[0] == 3)
    #expect(downstream.buffer[place] == 2)
    #expect(downstream.buffer[place - 1] == 0)
  }
}
