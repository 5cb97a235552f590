import NNKernels
import Testing

/// The steps of element programs.
struct ElementStepTests {
  @Test(arguments: ElementStep.Operation.allCases) func steps(_ operation: ElementStep.Operation) {
    let pools = Pools()
    for count in [1, 2, 3, 7, 8, 15, 16, 17, 31, 64, 100, 512] {
      for singles in 0..<(1 << operation.operandCount) {
        var numbers = TestNumbers(count)
        var arrays = (0..<3).map { _ in numbers.floats(count, -6, 6) }
        // A power of a negative number is none.
        if operation == .power { arrays[0] = arrays[0].map { $0.magnitude + 0.1 } }
        let operands = (0..<operation.operandCount).map { (slot: $0, isSingle: singles & (1 << $0) != 0) }
        let step = ElementStep(operation, operands, target: operation.isSum ? 1 : 3)
        KernelCall(
          name: "\(operation), \(count), singles \(singles)", arrays: arrays + [[Float](repeating: 0, count: count)],
          written: [3], absolute: operation.isSum ? 1e-3 : 1e-5, relative: 4e-6,
          float: { table, arrays, _ in
            Self.run(step, arrays) { step, slots, sums in
              table.runSteps(step, 1, slots, sums, count)
            }
          },
          double: { arrays, _ in
            Self.run(step, arrays) { step, slots, sums in
              Double.run(UnsafeBufferPointer(start: step, count: 1), slots, sums: sums, count: count)
            }
          }
        ).check(pools)
      }
    }
  }

  /// Hands over addresses, and puts a sum into the last array.
  private static func run<S: Scalar>(
    _ step: ElementStep, _ arrays: [Buffer<S>],
    _ body: (UnsafePointer<ElementStep>, UnsafePointer<UnsafeMutablePointer<S>>, UnsafeMutablePointer<Double>) -> Void
  ) {
    var sums = [0.0, 0.0]
    let slots = arrays.map(\.base)
    sums.withUnsafeMutableBufferPointer { sums in
      slots.withUnsafeBufferPointer { slots in
        withUnsafePointer(to: step) { step in
          if let sums = sums.baseAddress, let slots = slots.baseAddress { body(step, slots, sums) }
        }
      }
    }
    if step.operation.isSum { arrays[3][0] = S(sums[1]) }
    #expect(sums[0] == 0)
  }

  /// A target may be an operand, and steps follow one another.
  @Test func stepsInPlace() {
    let x: [Float] = (0..<20).map { Float($0) - 10 }
    let steps = [
      ElementStep(.multiply, [(0, false), (1, true)], target: 0), ElementStep(.absolute, [(0, false)], target: 0),
      ElementStep(.sum, [(0, false)], target: 0), ElementStep(.sum, [(0, false)], target: 0),
    ]
    let (values, factor, sums) = (Storage(x), Storage([Float(3)]), Storage([Double(1)]))
    let slots = [values.buffer.base, factor.buffer.base]
    steps.withUnsafeBufferPointer { steps in
      slots.withUnsafeBufferPointer { slots in
        if let slots = slots.baseAddress { Float.run(steps, slots, sums: sums.buffer.base, count: x.count) }
      }
    }
    #expect(values.buffer.array == x.map { ($0 * 3).magnitude })
    #expect(sums.buffer[0] == 1 + 2 * x.reduce(0) { $0 + Double(($1 * 3).magnitude) })
  }
}
