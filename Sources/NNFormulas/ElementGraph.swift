import NNKernels

/// A formula as a graph of operations on arrays, each value once: what a defined layer computes, and its gradients.
struct ElementGraph: Sendable {
  /// How many numbers a value has.
  enum Extent: Int, Comparable, Sendable {
    /// One for the whole pass.
    case single
    /// One for each row: the elements of a sample along its last dimension, or those of a channel.
    case row
    /// One for each element.
    case element

    static func < (a: Extent, b: Extent) -> Bool { a.rawValue < b.rawValue }
  }

  /// A parameter's place along a sample.
  enum Spread: Sendable, Hashable {
    /// One number for all.
    case single
    /// One for each element along the last dimension.
    case features
    /// One for each index of the first dimension.
    case channels
  }

  enum Kind: Hashable, Sendable {
    case constant(UInt64)
    /// 1 divided by the number of elements of a row.
    case inverseCount
    case input(Int)
    case parameter(Int)
    /// The gradient of the output.
    case upstream
    case step(ElementStep.Operation, [Int])
    /// The sum along a row.
    case rowSum(Int)
    /// The sum over everything, of elements or of rows.
    case total(Int)
  }

  struct Node: Sendable {
    var kind: Kind
    var extent: Extent
    /// How many sums along rows have to be known before: values of level n belong to pass n over a row.
    var level: Int
  }

  /// The nodes, each behind its operands.
  private(set) var nodes: [Node] = []
  private var known: [Kind: Int] = [:]

  // MARK: Leaves

  mutating func constant(_ value: Double) -> Int { node(.constant(value.bitPattern), .single, 0) }

  mutating func leaf(_ kind: Kind, _ extent: Extent) -> Int { node(kind, extent, 0) }

  private mutating func node(_ kind: Kind, _ extent: Extent, _ level: Int) -> Int {
    if let index = known[kind] { return index }
    nodes.append(Node(kind: kind, extent: extent, level: level))
    known[kind] = nodes.count - 1
    return nodes.count - 1
  }

  func value(_ index: Int) -> Double? {
    if case .constant(let bits) = nodes[index].kind { Double(bitPattern: bits) } else { nil }
  }

  /// The operands of a step of the given operation.
  private func operands(_ index: Int, of operation: ElementStep.Operation) -> [Int]? {
    if case .step(operation, let operands) = nodes[index].kind { operands } else { nil }
  }

  // MARK: Operations

  /// The value of an operation, simplified.
  mutating func make(_ operation: ElementStep.Operation, _ operands: Int...) -> Int {
    let numbers = operands.map { value($0) }
    if numbers.allSatisfy({ $0 != nil }) {
      let all = numbers.compactMap(\.self)
      let folded = Self.folded(operation, all)
      if folded.isFinite { return constant(folded) }
    }
    switch operation {
    case .add:
      if numbers[0] == 0 { return operands[1] }
      if numbers[1] == 0 { return operands[0] }
      return step(.add, ordered(operands))
    case .subtract:
      if numbers[1] == 0 { return operands[0] }
      if numbers[0] == 0 { return make(.negate, operands[1]) }
    case .multiply: return product(operands[0], operands[1])
    case .divide:
      if numbers[1] == 1 { return operands[0] }
      // A row's reciprocal is computed once.
      if numbers[0] == 1 { return make(.reciprocal, operands[1]) }
      if nodes[operands[1]].extent < nodes[operands[0]].extent {
        return product(operands[0], make(.reciprocal, operands[1]))
      }
    case .negate:
      if let inner = self.operands(operands[0], of: .negate) { return inner[0] }
    case .power:
      if let exponent = numbers[1], let result = power(operands[0], exponent) { return result }
    default: break
    }
    return step(operation, operands)
  }

  /// The product, with factors of small extents multiplied first.
  private mutating func product(_ a: Int, _ b: Int) -> Int {
    for (one, other) in [(a, b), (b, a)] {
      switch value(one) {
      case 0: return one
      case 1: return other
      case -1: return make(.negate, other)
      default: break
      }
    }
    if a == b { return step(.square, [a]) }
    let (small, large) = nodes[a].extent <= nodes[b].extent ? (a, b) : (b, a)
    if nodes[small].extent < nodes[large].extent, let inner = operands(large, of: .multiply),
      nodes[inner[1]].extent < nodes[inner[0]].extent
    {
      return step(.multiply, [inner[0], product(small, inner[1])])
    }
    return step(.multiply, ordered([a, b]))
  }

  /// Operands whose order does not matter: the larger extent first, then the earlier one.
  private func ordered(_ operands: [Int]) -> [Int] {
    operands.sorted { nodes[$0].extent == nodes[$1].extent ? $0 < $1 : nodes[$0].extent > nodes[$1].extent }
  }

  private mutating func power(_ base: Int, _ exponent: Double) -> Int? {
    switch exponent {
    case 0: return constant(1)
    case 1: return base
    case 0.5: return make(.squareRoot, base)
    case -0.5: return make(.reciprocal, make(.squareRoot, base))
    case 2: return product(base, base)
    case 3...16 where exponent == exponent.rounded():
      guard let half = power(base, (exponent / 2).rounded(.down)) else { return nil }
      let square = product(half, half)
      return exponent.truncatingRemainder(dividingBy: 2) == 0 ? square : product(square, base)
    case -16...(-1) where exponent == exponent.rounded():
      return power(base, -exponent).map { make(.reciprocal, $0) }
    default: return nil
    }
  }

  private mutating func step(_ operation: ElementStep.Operation, _ operands: [Int]) -> Int {
    node(
      .step(operation, operands), operands.map { nodes[$0].extent }.max() ?? .single,
      operands.map { nodes[$0].level }.max() ?? 0)
  }

  /// The sum along each row.
  mutating func rowSum(_ index: Int) -> Int { node(.rowSum(index), .row, nodes[index].level + 1) }

  /// The sum over everything. It is known when all passes are done, and so are the values that follow from it.
  mutating func total(_ index: Int) -> Int {
    nodes[index].extent == .single ? index : node(.total(index), .single, Self.lastLevel)
  }

  /// The level of what follows from sums over everything.
  static let lastLevel = 1 << 20

  private static func folded(_ operation: ElementStep.Operation, _ x: [Double]) -> Double {
    operation.isSum ? .nan : operation.value(x[0], x.count > 1 ? x[1] : x[0], x.count > 2 ? x[2] : x[0])
  }
}
