import NNKernels
import Testing

/// Rows that are normalized, and their gradients, at all edges of rows and columns.
struct NormalizedRowsTests {
  private static let shapes: [(rows: Int, columns: Int)] =
    (1...40).flatMap { [($0, 7), (5, $0)] } + [(1000, 33), (7, 5003), (70, 1000), (3000, 4)]

  @Test(arguments: [false, true], [false, true]) func forward(_ centers: Bool, _ isAffine: Bool) {
    let pools = Pools()
    for (rows, columns) in Self.shapes {
      var numbers = TestNumbers(rows * 100 + columns)
      func shape<S: Scalar>(_ arrays: [Buffer<S>]) -> NormalizedRows<S> {
        NormalizedRows(
          rows: rows, columns: columns, centers: centers, epsilon: 1e-3, weight: arrays[isAffine ? 1 : 5],
          bias: arrays[isAffine && centers ? 2 : 5], statistics: arrays[3])
      }
      KernelCall(
        name: "normalize \(rows) x \(columns)",
        arrays: [
          numbers.floats(rows * columns, -2, 5), numbers.floats(columns), numbers.floats(columns),
          numbers.floats(2 * rows), numbers.floats(rows * columns), [],
        ], written: [3, 4], absolute: 4e-6, relative: 4e-6,
        float: { $0.normalizeRows(shape($1), $1[0], $1[4], $2) },
        double: { Double.normalizeRows(shape($0), $0[0], into: $0[4], workers: $1) }
      ).check(pools)
    }
  }

  @Test(arguments: [false, true], [false, true]) func gradients(_ isAffine: Bool, _ accumulate: Bool) {
    let pools = Pools()
    for (rows, columns) in Self.shapes {
      var numbers = TestNumbers(rows * 100 + columns)
      func pass<S: Scalar>(_ arrays: [Buffer<S>]) -> (NormalizedRows<S>, NormalizedRowsGradients<S>) {
        let none = arrays[7]
        return (
          NormalizedRows(
            rows: rows, columns: columns, centers: rows % 2 == 0, epsilon: 1e-3, weight: isAffine ? arrays[1] : none,
            bias: none, statistics: arrays[2]),
          NormalizedRowsGradients(
            x: GradientTarget(arrays[4], accumulate: accumulate),
            weight: isAffine ? GradientTarget(arrays[5], accumulate: accumulate) : nil,
            bias: isAffine ? GradientTarget(arrays[6], accumulate: accumulate) : nil)
        )
      }
      KernelCall(
        name: "gradients of \(rows) x \(columns) normalized rows",
        arrays: [
          numbers.floats(rows * columns, -2, 5), numbers.floats(columns), numbers.floats(2 * rows, 0.1, 1),
          numbers.floats(rows * columns), numbers.floats(rows * columns), numbers.floats(columns),
          numbers.floats(columns), [],
        ], written: [4, 5, 6], absolute: 2e-5 * Double(1 + rows / 100), relative: 2e-5,
        float: {
          let (shape, gradients) = pass($1)
          $0.normalizeRowsBackward(shape, $1[0], $1[3], gradients, $2)
        },
        double: {
          let (shape, gradients) = pass($0)
          Double.normalizeRowsBackward(shape, $0[0], upstream: $0[3], gradients: gradients, workers: $1)
        }
      ).check(pools)
    }
  }
}
