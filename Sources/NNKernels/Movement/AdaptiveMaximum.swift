/// The maxima of windows that cover a plane: along either side window i goes from floor(i input / output) to
/// ceil((i + 1) input / output). Adjacent windows may share pixels.
public struct AdaptiveMaximum: Sendable {
  public var input: Extent
  public var output: Extent

  public init(input: Extent, output: Extent) {
    self.input = input
    self.output = output
  }

  @inline(__always)
  fileprivate static func window(_ index: Int, _ input: Int, _ output: Int) -> Range<Int> {
    (index * input / output)..<(((index + 1) * input + output - 1) / output)
  }

  /// Calls `body` with the windows along the columns, which all rows of all planes share.
  @inline(__always)
  fileprivate func withColumns(_ body: (UnsafeMutableBufferPointer<Range<Int>>) -> Void) {
    withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: output.width) { columns in
      for j in 0..<output.width { columns[j] = Self.window(j, input.width, output.width) }
      body(columns)
    }
  }

  /// y = the largest pixel of each window of each plane of x. Of equal ones the first counts, of several NaNs the last.
  ///
  /// - Parameter places: as many elements as y, or none: the first four bytes of each become the pixel's index in its plane
  ///   as an `Int32`, which a plane of any shape has room for.
  public func forward<S: Scalar>(_ x: Buffer<S>, into y: Buffer<S>, places: Buffer<S>, workers: WorkerPool) {
    takeLargest(self, x, y, places, workers)
  }

  /// downstream (+)= the upstream gradient of each window at the place that `forward` found.
  public func backward<S: Scalar>(
    _ upstream: Buffer<S>, places: Buffer<S>, into downstream: Buffer<S>, accumulate: Bool, workers: WorkerPool
  ) {
    scatterToLargest(self, upstream, places, downstream, accumulate, workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func takeLargest<S: Scalar>(
  _ windows: AdaptiveMaximum, _ x: Buffer<S>, _ y: Buffer<S>, _ places: Buffer<S>, _ workers: WorkerPool
) {
  let (input, output) = (windows.input, windows.output)
  let (from, to) = (UnsafePointer(x.base), y.base)
  let found = places.count > 0 ? UnsafeMutableRawPointer(places.base) : nil
  workers.run(count: x.count / input.area, grain: max(1, 4096 / input.area)) { planes in
    windows.withColumns { columns in
      for plane in planes {
        let image = from + plane * input.area
        var target = plane * output.area
        for i in 0..<output.height {
          let rows = AdaptiveMaximum.window(i, input.height, output.height)
          for j in 0..<output.width {
            let columns = columns[j]
            var place = rows.lowerBound * input.width + columns.lowerBound
            var (largest, line) = (image[place], place)
            for _ in rows {
              for pixel in line..<(line + columns.count) {
                let value = image[pixel]
                let wins = value > largest || value != value
                largest = wins ? value : largest
                place = wins ? pixel : place
              }
              line += input.width
            }
            to[target] = largest
            found?.storeBytes(
              of: Int32(truncatingIfNeeded: place), toByteOffset: target * MemoryLayout<S>.stride, as: Int32.self)
            target += 1
          }
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func scatterToLargest<S: Scalar>(
  _ windows: AdaptiveMaximum, _ upstream: Buffer<S>, _ places: Buffer<S>, _ downstream: Buffer<S>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  let (area, outputs) = (windows.input.area, windows.output.area)
  let (gradient, target) = (UnsafePointer(upstream.base), downstream.base)
  let found = UnsafeRawPointer(places.base)
  workers.run(count: downstream.count / area, grain: max(1, 4096 / area)) { planes in
    if !accumulate { downstream.slice((planes.lowerBound * area)..<(planes.upperBound * area)).fill(0) }
    for plane in planes {
      let image = target + plane * area
      for index in (plane * outputs)..<((plane + 1) * outputs) {
        let place = found.load(fromByteOffset: index * MemoryLayout<S>.stride, as: Int32.self)
        image[Int(place)] += gradient[index]
      }
    }
  }
}
