import NNKernels
import Testing

/// Bytes as numbers.
struct ConversionTests {
  @Test(arguments: 0..<70) func everyLevelGivesTheSameBits(_ count: Int) {
    var numbers = TestNumbers(count)
    let bytes = (0..<count).map { _ in UInt8(numbers.integer(0...255)) }
    for parameters in [1, max(2, count)] {
      let (scales, shifts) = (Storage(numbers.floats(parameters)), Storage(numbers.floats(parameters, -9, 9)))
      let expected = bytes.indices.map { i in
        let own = parameters == 1 ? 0 : i
        return (Float(bytes[i]) * scales.buffer[own] + shifts.buffer[own]).bitPattern
      }
      for table in tables {
        let (storage, view) = Storage.unaligned([Float](repeating: 7, count: count), offset: 1)
        bytes.withUnsafeBufferPointer { table.convertBytes($0, scales.buffer, shifts.buffer, view) }
        #expect(view.array.bits == expected, "\(table.level)")
        withExtendedLifetime(storage) {}
      }
    }
  }
}
