import NNKernels

extension ElementGraph {
  /// The functions of a definition, each with the operands that it takes.
  static let functions: [String: ClosedRange<Int>] = {
    var result: [String: ClosedRange<Int>] = ["max": 2...Int.max, "min": 2...Int.max]
    for name in ["mean", "relu", "sum"] + steps.keys { result[name] = 1...1 }
    return result
  }()

  /// Those that are one step.
  private static let steps: [String: ElementStep.Operation] = [
    "abs": .absolute, "cos": .cos, "erf": .erf, "exp": .exp, "expm1": .expm1, "log": .log, "log1p": .log1p,
    "sigmoid": .sigmoid, "sign": .sign, "sin": .sin, "softplus": .softplus, "sqrt": .squareRoot, "tanh": .tanh,
  ]

  /// The value of a formula.
  ///
  /// - Parameter names: what each name stands for.
  mutating func value(of tree: FormulaTree, _ names: [String: Int]) -> Int {
    var values: [Int] = []
    for node in tree.nodes {
      switch node.kind {
      case .number(let number): values.append(constant(number))
      case .name(let name): values.append(names[name] ?? constant(.nan))
      case .negation(let operand): values.append(make(.negate, values[operand]))
      case .operation(let sign, let left, let right):
        values.append(make(Self.operation(sign), values[left], values[right]))
      case .call(let function, let arguments): values.append(call(function, arguments.map { values[$0] }))
      }
    }
    return values[values.count - 1]
  }

  private static func operation(_ sign: FormulaTree.Sign) -> ElementStep.Operation {
    switch sign {
    case .plus: .add
    case .minus: .subtract
    case .times: .multiply
    case .over: .divide
    case .power: .power
    }
  }

  private mutating func call(_ function: String, _ x: [Int]) -> Int {
    switch function {
    case "max": return x.dropFirst().reduce(x[0]) { make(.maximum, $0, $1) }
    case "min": return x.dropFirst().reduce(x[0]) { make(.minimum, $0, $1) }
    case "relu": return make(.maximum, constant(0), x[0])
    case "sum": return sum(x[0])
    case "mean":
      return nodes[x[0]].extent == .element ? make(.multiply, rowSum(x[0]), leaf(.inverseCount, .single)) : x[0]
    default: return Self.steps[function].map { make($0, x[0]) } ?? x[0]
    }
  }

  private mutating func sum(_ x: Int) -> Int {
    nodes[x].extent == .element ? rowSum(x) : make(.divide, x, leaf(.inverseCount, .single))
  }
}
