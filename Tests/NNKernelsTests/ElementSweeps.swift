import NNKernels
import Testing

/// Kernels that work element by element, at all edges.
struct ElementSweeps {
  /// Sizes and whether the arrays hold numbers that are not finite.
  private static let cases = edgeSizes.flatMap { [($0, false), ($0, true)] }

  private func numbers(_ key: Int, _ count: Int, _ special: Bool) -> [Float] {
    var numbers = TestNumbers(key)
    return special ? numbers.specials(count, -6, 6) : numbers.floats(count, -6, 6)
  }

  @Test(arguments: MathematicsTests.activations) func activations(_ activation: Activation) {
    let pools = Pools()
    for (count, special) in Self.cases {
      let x = numbers(count, count, special)
      let name = "\(activation), \(count)"
      KernelCall(
        name: name, arrays: [x, x], written: [1], absolute: 2e-6,
        float: { $0.activate(activation, $1[0], $1[1], $2) },
        double: { Double.activate(activation, $0[0], into: $0[1], workers: $1) }
      ).check(pools)
      KernelCall(
        name: "\(name) in place", arrays: [x], written: [0], absolute: 2e-6,
        float: { $0.activate(activation, $1[0], $1[0], $2) },
        double: { Double.activate(activation, $0[0], into: $0[0], workers: $1) }
      ).check(pools)
    }
  }

  @Test(arguments: MathematicsTests.activations, [false, true])
  func slopes(_ activation: Activation, _ accumulate: Bool) {
    let pools = Pools()
    for (count, special) in Self.cases {
      // The slope is read from the output where it can be.
      let x = numbers(count, count, special)
      let source = activation.gradientUsesOutput ? x.map { Float(activation.value(Double($0))) } : x
      var others = TestNumbers(count + 1)
      let upstream = others.floats(count)
      let before = numbers(count + 2, count, false)
      let usesOutput = activation.gradientUsesOutput
      func call(_ name: String, _ target: Int) -> KernelCall {
        KernelCall(
          name: name, arrays: [source, upstream, before, []], written: [target], absolute: 4e-6, relative: 4e-6,
          float: {
            $0.activateBackward(
              activation, $1[usesOutput ? 3 : 0], $1[usesOutput ? 0 : 3], $1[1], $1[target], accumulate, $2)
          },
          double: {
            Double.activateBackward(
              activation, input: $0[usesOutput ? 3 : 0], output: $0[usesOutput ? 0 : 3], upstream: $0[1],
              downstream: $0[target], accumulate: accumulate, workers: $1)
          })
      }
      call("slope of \(activation), \(count), accumulate \(accumulate)", 2).check(pools)
      if !accumulate { call("slope of \(activation), \(count), in place", 1).check(pools) }
    }
  }

  @Test(arguments: MathematicsTests.bounds.map(\.0)) func functions(_ function: MathematicalFunction) {
    let pools = Pools()
    for (count, special) in Self.cases {
      let x = numbers(count, count, special)
      KernelCall(
        name: "\(function), \(count)", arrays: [x, x], written: [1], absolute: 1e-7,
        float: { $0.map(function, $1[0], $1[1], $2) },
        double: { Double.map(function, $0[0], into: $0[1], workers: $1) }
      ).check(pools)
    }
  }

  @Test(arguments: MathematicsTests.bounds.map(\.0), [false, true])
  func derivatives(_ function: MathematicalFunction, _ accumulate: Bool) {
    let pools = Pools()
    for (count, special) in Self.cases {
      let x = numbers(count, count, special).map { $0.magnitude + 0.25 }
      let source = function.gradientUsesOutput ? x.map { Float(function.value(Double($0))) } : x
      var others = TestNumbers(count + 1)
      let upstream = others.floats(count)
      let place = function.gradientUsesOutput ? 3 : 0
      KernelCall(
        name: "derivative of \(function), \(count), accumulate \(accumulate)",
        arrays: [source, upstream, numbers(count + 2, count, false), []], written: [2], absolute: 4e-6, relative: 4e-6,
        float: { $0.mapBackward(function, $1[place], $1[3 - place], $1[1], $1[2], accumulate, $2) },
        double: {
          Double.mapBackward(
            function, input: $0[place], output: $0[3 - place], upstream: $0[1], downstream: $0[2],
            accumulate: accumulate, workers: $1)
        }
      ).check(pools)
    }
  }

  @Test(arguments: ElementOperation.allCases, [false, true])
  func pairs(_ operation: ElementOperation, _ accumulate: Bool) {
    let pools = Pools()
    for (count, special) in Self.cases {
      let x = numbers(count, count, special)
      KernelCall(
        name: "\(operation), \(count), accumulate \(accumulate)",
        arrays: [
          operation == .power ? x.map(\.magnitude) : x, numbers(count + 1, count, special), numbers(3, count, false),
        ],
        written: [2], absolute: 2e-6,
        float: { $0.combineElements(operation, $1[0], $1[1], $1[2], accumulate, $2) },
        double: { Double.combine(operation, $0[0], $0[1], into: $0[2], accumulate: accumulate, workers: $1) }
      ).check(pools)
    }
  }

  @Test(arguments: [0.0, 0.3, 0.99], [false, true]) func dropping(_ rate: Double, _ accumulate: Bool) {
    let pools = Pools()
    let random = RandomStream(key: 0x1234_5678_9ABC_DEF0, counter: 0xFFFF_FFFF_0000_0001)
    let dropping = Dropping(rate: rate, key: random.key, counter: random.counter)
    for (count, special) in Self.cases {
      KernelCall(
        name: "drop \(rate), \(count), accumulate \(accumulate)",
        arrays: [numbers(count, count, special), numbers(count + 1, count, false)], written: [1],
        float: { $0.drop($1[0], $1[1], dropping, accumulate, $2) },
        double: { Double.drop($0[0], into: $0[1], rate: rate, random, accumulate: accumulate, workers: $1) }
      ).check(pools)
    }
  }

  @Test(arguments: [false, true]) func scaling(_ accumulate: Bool) {
    let pools = Pools()
    for (count, special) in Self.cases {
      let (x, y) = (numbers(count, count, special), numbers(count + 1, count, false))
      KernelCall(
        name: "scale, \(count), accumulate \(accumulate)", arrays: [x, y], written: [1], absolute: 2e-6,
        float: { $0.scale($1[0], -0.75, $1[1], accumulate, $2) },
        double: { Double.scale($0[0], by: -0.75, into: $0[1], accumulate: accumulate, workers: $1) }
      ).check(pools)
    }
  }

  /// Sums of an array: exact to double precision's rounding, the same bits on any number of threads.
  @Test func sums() {
    let pools = Pools()
    for (count, special) in Self.cases {
      let x = numbers(count, count, special)
      let exact = Storage(x.map(Double.init))
      let sum = Double.sum(exact.buffer, workers: pools.all[0])
      let squares = Double.sumOfSquares(exact.buffer, workers: pools.all[0])
      let isFinite = x.allSatisfy(\.isFinite)
      for table in tables {
        var bits: Set<[UInt64]> = []
        for (number, pool) in pools.all.enumerated() {
          let (storage, view) = Storage.unaligned(x, offset: 3 * number)
          let found = [table.sum(view, pool), table.sumOfSquares(view, pool)]
          bits.insert(found.map { $0.isNaN ? 0 : $0.bitPattern })
          for (a, b) in zip(found, [sum, squares]) {
            #expect(
              b.isFinite ? (a - b).magnitude <= 1e-12 * (1 + squares) : b.isNaN ? a.isNaN : a == b,
              "\(table.level), \(count): \(a) instead of \(b)")
          }
          #expect(table.isFinite(view, pool) == isFinite, "\(table.level), \(count)")
          withExtendedLifetime(storage) {}
        }
        #expect(bits.count == 1, "\(table.level), \(count)")
      }
    }
  }
}
