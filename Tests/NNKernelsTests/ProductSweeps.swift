import NNKernels
import Testing

/// Products at all edges of all dimensions, packed or not.
struct ProductSweeps {
  /// Every size from 0 to 40 of each dimension with random sizes of the others, and some larger ones.
  private static func shapes(_ key: Int) -> [(rows: Int, columns: Int, inner: Int)] {
    var numbers = TestNumbers(key)
    var result: [(Int, Int, Int)] = []
    for size in 0...40 {
      func other() -> Int { numbers.integer(1...40) }
      result += [(size, other(), other()), (other(), size, other()), (other(), other(), size)]
    }
    for _ in 0..<4 { result.append((numbers.integer(1...150), numbers.integer(1...300), numbers.integer(1...900))) }
    return result
  }

  private static func epilogue<S: Scalar>(_ key: Int, _ bias: Buffer<S>) -> Epilogue<S> {
    switch key % 4 {
    case 0: Epilogue()
    case 1: Epilogue(bias: bias, activation: .relu)
    case 2: Epilogue(bias: bias, activation: .tanh, scale: 0.5, accumulate: true)
    default: Epilogue(scale: -0.25, accumulate: true)
    }
  }

  @Test(arguments: ProductTests.layouts) func products(_ layout: (Bool, Bool)) {
    let pools = Pools()
    for (key, shape) in Self.shapes(layout.0 ? 1 : 2).enumerated() {
      var numbers = TestNumbers(key)
      var product = MatrixProduct(
        rows: shape.rows, columns: shape.columns, inner: shape.inner, transposeA: layout.0, transposeB: layout.1)
      if key % 3 == 0 {
        product.strideA += numbers.integer(0...5)
        product.strideB += numbers.integer(0...5)
      }
      let special = key % 7 == 3
      let a = (product.transposeA ? product.inner : product.rows) * product.strideA
      let b = (product.transposeB ? product.columns : product.inner) * product.strideB
      let final = product
      KernelCall(
        name: "\(product), epilogue \(key % 4)",
        arrays: [
          special ? numbers.specials(a, period: 100) : numbers.floats(a),
          special ? numbers.specials(b, period: 100) : numbers.floats(b), numbers.floats(product.columns),
          numbers.floats(product.rows * product.strideC),
        ], written: [3], absolute: 1.2e-7 * Double(8 + product.inner),
        float: { $0.multiply(final, $1[0], $1[1], $1[3], Self.epilogue(key, $1[2]), $2) },
        double: {
          Double.multiply(final, $0[0], $0[1], into: $0[3], epilogue: Self.epilogue(key, $0[2]), workers: $1)
        }
      ).check(pools)
    }
  }

  @Test(arguments: [false, true]) func packedProducts(_ transposed: Bool) {
    let pools = Pools()
    for (key, (rows, columns, inner)) in Self.shapes(3).enumerated() {
      var numbers = TestNumbers(key)
      let special = key % 7 == 3
      let a = special ? numbers.specials(rows * inner, period: 100) : numbers.floats(rows * inner)
      KernelCall(
        name: "packed \(rows) x \(columns) x \(inner), epilogue \(key % 4)",
        arrays: [a, numbers.floats(inner * columns), numbers.floats(columns), numbers.floats(rows * columns)],
        written: [3], absolute: 1.2e-7 * Double(8 + inner),
        float: { table, arrays, workers in
          let packed = Storage<Float>(count: table.packedCount(inner, columns))
          table.pack(arrays[1], inner, columns, transposed, packed.buffer)
          table.multiplyPacked(
            rows, inner, columns, arrays[0], packed.buffer, arrays[3], Self.epilogue(key, arrays[2]), workers)
        },
        double: {
          let packed = Storage<Double>(count: Double.packedCount(inner: inner, columns: columns))
          Double.pack($0[1], inner: inner, columns: columns, transposed: transposed, into: packed.buffer)
          Double.multiplyPacked(
            rows: rows, inner: inner, columns: columns, $0[0], packed.buffer, into: $0[3],
            epilogue: Self.epilogue(key, $0[2]), workers: $1)
        }
      ).check(pools)
    }
  }
}
