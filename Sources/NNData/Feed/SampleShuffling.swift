import NNKernels

/// The order of the samples of an epoch: Fisher and Yates' shuffle of all, or, where they are read from a file, of those of each
/// window of the file, the windows being in random order themselves.
///
/// What is read within some batches then lies close together. Of a single window it is the order of samples in memory.
struct SampleShuffling {
  private let count: Int
  /// The samples of a window.
  let window: Int
  /// The numbers of the windows.
  private let windows: Storage<Int32>

  /// - Parameter window: the samples of a window; nil for all.
  init(count: Int, window: Int?) {
    self.count = count
    self.window = max(1, min(window ?? count, count))
    windows = Storage(count: (count + self.window - 1) / self.window)
  }

  /// Writes the rows in shuffled order.
  func shuffle(
    _ rows: UnsafeBufferPointer<Int32>, _ random: RandomStream, into order: UnsafeMutableBufferPointer<Int32>
  ) {
    let numbers = windows.buffer
    for index in 0..<numbers.count { numbers[index] = Int32(index) }
    let windowRandom = random.derived(0x57A3_11D5)
    var last = numbers.count - 1
    while last > 0 {
      let other = windowRandom.integer(below: last + 1, at: UInt64(last))
      (numbers[last], numbers[other]) = (numbers[other], numbers[last])
      last -= 1
    }
    var start = 0
    for place in 0..<numbers.count {
      let first = Int(numbers[place]) * window
      let length = min(window, count - first)
      for index in 0..<length { order[start + index] = rows[first + index] }
      var last = length - 1
      while last > 0 {
        order.swapAt(start + last, start + random.integer(below: last + 1, at: UInt64(start + last)))
        last -= 1
      }
      start += length
    }
  }
}
