import NNKernels

extension ElementGraph {
  /// Adds the gradients of a value to the graph, by reverse accumulation: upstream x local, summed over the readers.
  ///
  /// - Parameters:
  ///   - output: the value.
  ///   - upstream: the gradient that arrives, of the value's extent.
  ///   - leaves: with respect to what.
  /// - Returns: for each leaf its gradient, of the leaf's extent.
  mutating func gradients(of output: Int, upstream: Int, for leaves: [Int]) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: output + 1)
    for leaf in leaves where leaf <= output { isNeeded[leaf] = true }
    for index in 0...output {
      for operand in operands(of: index) where isNeeded[operand] { isNeeded[index] = true }
    }
    var gradients: [Int: Int] = [output: upstream]
    for index in stride(from: output, through: 0, by: -1) {
      guard isNeeded[index], let gradient = gradients[index] else { continue }
      for (operand, local) in contributions(index, gradient) where isNeeded[operand] {
        let part = summed(local, readBy: index, to: nodes[operand].extent)
        gradients[operand] = gradients[operand].map { make(.add, $0, part) } ?? part
      }
    }
    return leaves.map { gradients[$0] ?? constant(0) }
  }

  func operands(of index: Int) -> [Int] {
    switch nodes[index].kind {
    case .step(_, let operands): operands
    case .rowSum(let operand), .total(let operand): [operand]
    default: []
    }
  }

  /// A gradient as one of a smaller extent: where one number was read by many elements, their gradients add up.
  private mutating func summed(_ gradient: Int, readBy reader: Int, to extent: Extent) -> Int {
    var gradient = gradient
    // A gradient that is alike for all elements of a row counts once for each of them.
    if nodes[reader].extent == .element, extent < .element, nodes[gradient].extent == .row {
      gradient = make(.divide, gradient, leaf(.inverseCount, .single))
    }
    guard nodes[gradient].extent > extent else { return gradient }
    return extent == .row ? rowSum(gradient) : total(gradient)
  }

  /// For each operand of a node what its gradient gets.
  private mutating func contributions(_ index: Int, _ g: Int) -> [(operand: Int, gradient: Int)] {
    switch nodes[index].kind {
    case .rowSum(let operand): return [(operand, g)]
    case .step(let operation, let x): return contributions(operation, x, value: index, g)
    default: return []
    }
  }

  private mutating func contributions(
    _ operation: ElementStep.Operation, _ x: [Int], value y: Int, _ g: Int
  ) -> [(operand: Int, gradient: Int)] {
    func one(_ gradient: Int) -> [(operand: Int, gradient: Int)] { [(x[0], gradient)] }
    switch operation {
    case .copy: return one(g)
    case .negate: return one(make(.negate, g))
    case .absolute: return one(make(.multiply, g, make(.sign, x[0])))
    case .square: return one(make(.multiply, make(.multiply, constant(2), g), x[0]))
    case .squareRoot:
      return one(make(.multiply, g, make(.multiply, constant(0.5), make(.reciprocal, y))))
    case .reciprocal: return one(make(.negate, make(.multiply, g, make(.multiply, y, y))))
    case .exp: return one(make(.multiply, g, y))
    case .expm1: return one(make(.multiply, g, make(.add, y, constant(1))))
    case .log: return one(make(.divide, g, x[0]))
    case .log1p: return one(make(.divide, g, make(.add, x[0], constant(1))))
    case .sin: return one(make(.multiply, g, make(.cos, x[0])))
    case .cos: return one(make(.negate, make(.multiply, g, make(.sin, x[0]))))
    case .tanh: return one(make(.multiply, g, make(.tanhSlope, y)))
    case .sigmoid: return one(make(.multiply, g, make(.sigmoidSlope, y)))
    case .softplus: return one(make(.multiply, g, make(.sigmoid, x[0])))
    case .erf:
      // 2 / sqrt(pi) exp(-x^2)
      let density = make(.exp, make(.negate, make(.multiply, x[0], x[0])))
      return one(make(.multiply, g, make(.multiply, constant(1.128_379_167_095_512_6), density)))
    case .add: return [(x[0], g), (x[1], g)]
    case .subtract: return [(x[0], g), (x[1], make(.negate, g))]
    case .multiply: return [(x[0], make(.multiply, g, x[1])), (x[1], make(.multiply, g, x[0]))]
    case .divide:
      let first = make(.divide, g, x[1])
      return [(x[0], first), (x[1], make(.negate, make(.multiply, first, y)))]
    case .power:
      // The exponent 0 has the slope 0, at a base of 0 too; so has an exponent there that is not negative.
      let isNotZero = make(.isGreater, make(.absolute, x[1]), constant(0))
      let below = make(.power, x[0], make(.subtract, x[1], isNotZero))
      let base = make(.add, x[0], make(.isAtLeast, constant(0), make(.absolute, x[0])))
      return [
        (x[0], make(.multiply, g, make(.multiply, x[1], below))),
        (x[1], make(.multiply, g, make(.multiply, y, make(.log, base)))),
      ]
    case .maximum, .minimum:
      // The first among equals gets the gradient.
      let (large, small) = operation == .maximum ? (x[0], x[1]) : (x[1], x[0])
      return [
        (x[0], make(.multiply, g, make(.isAtLeast, large, small))),
        (x[1], make(.multiply, g, make(.isGreater, small, large))),
      ]
    // Constant but for steps.
    case .sign, .isGreater, .isAtLeast: return []
    // Steps that only programs have, or that only gradients read.
    case .sigmoidSlope, .tanhSlope, .multiplyAdd, .sum, .sumOfProducts: return []
    }
  }
}
