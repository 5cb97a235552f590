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

  /// As many windows as a temporary allocation takes from the stack.
  private static let columnBlock = 64

  /// Calls `body` with the windows along the columns, which all rows of all planes share, block by block, and with the index
  /// of the first.
  @inline(__always)
  fileprivate func forEachColumnBlock(_ body: (UnsafeMutableBufferPointer<Range<Int>>, Int) -> Void) {
    for first in stride(from: 0, to: output.width, by: Self.columnBlock) {
      let count = min(Self.columnBlock, output.width - first)
      withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: count) { columns in
        for j in 0..<count { columns[j] = Self.window(first + j, input.width, output.width) }
        body(columns, first)
      }
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
    windows.forEachColumnBlock { columns, firstColumn in
      for plane in planes {
        let image = from + plane * input.area
        for i in 0..<output.height {
          let rows = AdaptiveMaximum.window(i, input.height, output.height)
          var target = plane * output.area + i * output.width + firstColumn
          for j in 0..<columns.count {
            let columns = columns[j]
            to[target] = largest(image, rows, columns, input.width)
            if let found {
              let place = place(of: to[target], image, rows, columns, input.width)
              found.storeBytes(
                of: Int32(truncatingIfNeeded: place), toByteOffset: target * MemoryLayout<S>.stride, as: Int32.self)
            }
            target += 1
          }
        }
      }
    }
  }
}

/// The largest pixel of a window, NaN if one is. Numbers are compared without branches, which nobody could predict.
@inline(__always)
private func largest<S: Scalar>(_ image: UnsafePointer<S>, _ rows: Range<Int>, _ columns: Range<Int>, _ width: Int) -> S
{
  var largest = image[rows.lowerBound * width + columns.lowerBound]
  // NaN once a pixel is NaN or infinite.
  var check: S = 0
  var lastNaN = largest
  for row in rows {
    for pixel in (row * width + columns.lowerBound)..<(row * width + columns.upperBound) {
      let value = image[pixel]
      largest = value > largest ? value : largest
      check += value * 0
    }
  }
  guard check != check else { return largest }
  var hasNaN = false
  for row in rows {
    for pixel in (row * width + columns.lowerBound)..<(row * width + columns.upperBound) where image[pixel].isNaN {
      (lastNaN, hasNaN) = (image[pixel], true)
    }
  }
  return hasNaN ? lastNaN : largest
}

/// The place of a window's largest pixel: the first of equal ones, the last of several NaNs.
@inline(__always)
private func place<S: Scalar>(
  of largest: S, _ image: UnsafePointer<S>, _ rows: Range<Int>, _ columns: Range<Int>, _ width: Int
) -> Int {
  var place = rows.lowerBound * width + columns.lowerBound
  for row in rows {
    for pixel in (row * width + columns.lowerBound)..<(row * width + columns.upperBound) {
      if image[pixel] == largest { return pixel }
      if image[pixel] != image[pixel] { place = pixel }
    }
  }
  return place
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
