import NNKernelsCommon

/// Runs the steps of an element program over one block, see `Scalar.run`. The remainder is computed by the same
/// instructions as whole vectors, so that an element's bits do not depend on its index.
///
/// Bytes: from and to the nearest cache.
func runSteps(
  _ steps: UnsafePointer<ElementStep>, _ stepCount: Int, _ slots: UnsafePointer<UnsafeMutablePointer<Float>>,
  _ sums: UnsafeMutablePointer<Double>, _ count: Int
) {
  for index in 0..<stepCount {
    let step = steps[index]
    let block = StepBlock(
      step: step, x: UnsafePointer(slots[Int(step.first)]), y: UnsafePointer(slots[Int(step.second)]),
      z: UnsafePointer(slots[Int(step.third)]), count: count)
    if step.operation.isSum {
      sums[Int(step.target)] += Double(block.sum())
    } else {
      block.run(into: slots[Int(step.target)])
    }
  }
}

/// A step on the elements of one block.
private struct StepBlock {
  let step: ElementStep
  let x: UnsafePointer<Float>
  let y: UnsafePointer<Float>
  let z: UnsafePointer<Float>
  let count: Int

  @inline(__always)
  func run(into target: UnsafeMutablePointer<Float>) {
    switch step.operation {
    case .copy: map(Identity(), target)
    case .negate: map(LinearFunction(scale: -1, shift: -0.0), target)
    case .absolute: map(Absolute(), target)
    case .square: map(Square(), target)
    case .squareRoot: map(SquareRoot(), target)
    case .reciprocal: map(Reciprocal(), target)
    case .sign: map(Sign(), target)
    case .exp: map(Exponential(), target)
    case .expm1: map(ExponentialMinusOne(), target)
    case .log: map(Logarithm(), target)
    case .log1p: map(LogarithmOfOnePlus(), target)
    case .tanh: map(HyperbolicTangent(), target)
    case .sigmoid: map(Sigmoid(), target)
    case .erf: map(ErrorFunction(), target)
    case .softplus: map(Softplus(), target)
    case .sigmoidSlope: map(SigmoidSlope(), target)
    case .tanhSlope: map(HyperbolicTangentSlope(), target)
    case .sin: map(Sine(), target)
    case .cos: map(Cosine(), target)
    case .power: combine(Power(), target)
    case .add: combine(Addition(), target)
    case .subtract: combine(Subtraction(), target)
    case .multiply: combine(Multiplication(), target)
    case .divide: combine(Division(), target)
    case .maximum: combine(ElementMaximum(), target)
    case .minimum: combine(ElementMinimum(), target)
    case .isGreater: combine(StepIsGreater(), target)
    case .isAtLeast: combine(StepIsAtLeast(), target)
    case .multiplyAdd: multiplyAdd(target)
    case .sum, .sumOfProducts: break
    }
  }

  @inline(__always)
  private func map<F: VectorFunction>(_ function: F, _ target: UnsafeMutablePointer<Float>) {
    if step.isSingle(0) {
      StepMap(function: function, x: SingleOperand(x), target: target).runChunk(0..<count)
    } else {
      StepMap(function: function, x: BlockOperand(x), target: target).runChunk(0..<count)
    }
  }

  @inline(__always)
  private func combine<F: PairFunction>(_ function: F, _ target: UnsafeMutablePointer<Float>) {
    switch step.singles & 3 {
    case 0:
      StepPair(function: function, x: BlockOperand(x), y: BlockOperand(y), target: target).runChunk(0..<count)
    case 1:
      StepPair(function: function, x: SingleOperand(x), y: BlockOperand(y), target: target).runChunk(0..<count)
    case 2:
      StepPair(function: function, x: BlockOperand(x), y: SingleOperand(y), target: target).runChunk(0..<count)
    default:
      StepPair(function: function, x: SingleOperand(x), y: SingleOperand(y), target: target).runChunk(0..<count)
    }
  }

  @inline(__always)
  private func multiplyAdd(_ target: UnsafeMutablePointer<Float>) {
    let isSingleSum = step.isSingle(2)
    switch step.singles & 3 {
    case 0: multiplyAdd(BlockOperand(x), BlockOperand(y), isSingleSum, target)
    case 1: multiplyAdd(BlockOperand(y), SingleOperand(x), isSingleSum, target)
    case 2: multiplyAdd(BlockOperand(x), SingleOperand(y), isSingleSum, target)
    default: multiplyAdd(SingleOperand(x), SingleOperand(y), isSingleSum, target)
    }
  }

  @inline(__always)
  private func multiplyAdd<X: StepOperand, Y: StepOperand>(
    _ x: X, _ y: Y, _ isSingleSum: Bool, _ target: UnsafeMutablePointer<Float>
  ) {
    if isSingleSum {
      StepMultiplyAdd(x: x, y: y, z: SingleOperand(z), target: target).runChunk(0..<count)
    } else {
      StepMultiplyAdd(x: x, y: y, z: BlockOperand(z), target: target).runChunk(0..<count)
    }
  }

  /// The sum of x, or of x y, in four vectors, which hide the latency of additions.
  @inline(__always)
  func sum() -> Float {
    let isProduct = step.operation == .sumOfProducts
    guard !isProduct || step.singles & 2 == 0 else { return y[0] * sum(x, isSingle: step.isSingle(0)) }
    guard isProduct else { return sum(x, isSingle: step.isSingle(0)) }
    guard !step.isSingle(0) else { return x[0] * sum(y, isSingle: false) }
    return sumOfProducts(x, y, count)
  }

  @inline(__always)
  private func sum(_ x: UnsafePointer<Float>, isSingle: Bool) -> Float {
    isSingle ? x[0] * Float(count) : blockSum(x, count)
  }
}

@inline(never)
private func blockSum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  let width = Vector.scalarCount
  var i = 0
  while i + 4 * width <= count {
    a += loadVector(x + i)
    b += loadVector(x + (i + width))
    c += loadVector(x + (i + 2 * width))
    d += loadVector(x + (i + 3 * width))
    i += 4 * width
  }
  while i + width <= count {
    a += loadVector(x + i)
    i += width
  }
  if i < count { b += loadVector(x + i, count: count - i) }
  return laneSum((a + b) + (c + d))
}

@inline(never)
private func sumOfProducts(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Float {
  var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  let width = Vector.scalarCount
  var i = 0
  while i + 4 * width <= count {
    a = multiplyAdd(loadVector(x + i), loadVector(y + i), a)
    b = multiplyAdd(loadVector(x + (i + width)), loadVector(y + (i + width)), b)
    c = multiplyAdd(loadVector(x + (i + 2 * width)), loadVector(y + (i + 2 * width)), c)
    d = multiplyAdd(loadVector(x + (i + 3 * width)), loadVector(y + (i + 3 * width)), d)
    i += 4 * width
  }
  while i + width <= count {
    a = multiplyAdd(loadVector(x + i), loadVector(y + i), a)
    i += width
  }
  if i < count { b = multiplyAdd(loadVector(x + i, count: count - i), loadVector(y + i, count: count - i), b) }
  return laneSum((a + b) + (c + d))
}

// MARK: Operands

/// Where a loop finds an operand.
private protocol StepOperand {
  func load<L: Lanes>(_ i: Int, _ lanes: L) -> Vector
}

private struct BlockOperand: StepOperand {
  let base: UnsafePointer<Float>
  init(_ base: UnsafePointer<Float>) { self.base = base }
  @inline(__always) func load<L: Lanes>(_ i: Int, _ lanes: L) -> Vector { lanes.load(base + i) }
}

private struct SingleOperand: StepOperand {
  let value: Vector
  init(_ base: UnsafePointer<Float>) { value = Vector(repeating: base[0]) }
  @inline(__always) func load<L: Lanes>(_ i: Int, _ lanes: L) -> Vector { value }
}

private struct StepMap<F: VectorFunction, X: StepOperand>: LaneLoop {
  let function: F
  let x: X
  let target: UnsafeMutablePointer<Float>

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) { lanes.store(function.value(x.load(i, lanes)), target + i) }
}

private struct StepPair<F: PairFunction, X: StepOperand, Y: StepOperand>: LaneLoop {
  let function: F
  let x: X
  let y: Y
  let target: UnsafeMutablePointer<Float>

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) {
    lanes.store(function.value(x.load(i, lanes), y.load(i, lanes)), target + i)
  }
}

private struct StepMultiplyAdd<X: StepOperand, Y: StepOperand, Z: StepOperand>: LaneLoop {
  let x: X
  let y: Y
  let z: Z
  let target: UnsafeMutablePointer<Float>

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) {
    lanes.store(multiplyAdd(x.load(i, lanes), y.load(i, lanes), z.load(i, lanes)), target + i)
  }
}

// MARK: Functions

private struct StepIsGreater: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector {
    select(x .> y, Vector(repeating: 1), .zero)
  }
}

private struct StepIsAtLeast: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector {
    select(x .>= y, Vector(repeating: 1), .zero)
  }
}
