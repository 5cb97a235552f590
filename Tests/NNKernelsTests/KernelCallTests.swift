import NNKernels
import Testing

/// The check of kernels notices what kernels may do wrong.
struct KernelCallTests {
  enum Fault: CaseIterable, Sendable {
    case number, hiddenNumber, outside, input, threads, place
  }

  private func call(_ fault: Fault?) -> KernelCall {
    KernelCall(
      name: "doubling", arrays: [[1, 2, .nan, 4], [0, 0, 0, 0]], written: [1],
      float: { _, arrays, workers in
        let (x, y) = (arrays[0], arrays[1])
        for i in 0..<4 { y[i] = 2 * x[i] }
        switch fault {
        case .number?: y[3] = 8.001
        case .hiddenNumber?: y[2] = 0
        case .outside?: (y.base + 4).pointee = 1
        case .input?: x[0] = 3
        case .threads?: if workers.threads == 3 { y[0] = y[0].nextUp }
        case .place?: if UInt(bitPattern: y.base) % 64 != 0 { y[1] = y[1].nextUp }
        case nil: break
        }
      },
      double: { arrays, _ in
        for i in 0..<4 { arrays[1][i] = 2 * arrays[0][i] }
      })
  }

  @Test func nothingToNotice() { #expect(call(nil).problems(Pools()) == []) }

  @Test(arguments: Fault.allCases) func faults(_ fault: Fault) {
    #expect(call(fault).problems(Pools()) != [])
  }
}
