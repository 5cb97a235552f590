import NNKernels

/// Makes a program of a graph: what is needed, in order, in registers.
struct ProgramCompiler {
  /// Where a value goes.
  enum Sink {
    /// To an output with numbers for each element or each row, or added to it.
    case output(Int, ElementGraph.Extent, accumulates: Bool)
    /// To the gradient of a parameter.
    case gradient(Int, ElementGraph.Spread)
  }

  struct Operand {
    var slot: Int?
    var node: Int
    var isSingle: Bool
  }

  enum Target {
    case register(Int)
    case slot(Int)
    case sum(Int)
  }

  struct Instruction {
    var operation: ElementStep.Operation
    var operands: [Operand]
    var target: Target
  }

  let graph: ElementGraph
  private let sinks: [(node: Int, sink: Sink)]
  private(set) var program = ElementProgram()
  private var isNeeded: [Bool]
  private var uses: [Int]
  /// The slot of each value that has one for good.
  private var slots: [Int?]
  private var arrays: [ElementProgram.Array: Int] = [:]
  /// The number of each sum.
  private var sums: [Int: Int] = [:]
  /// Values that are part of another step.
  private var isFused: [Bool]
  /// Values that are computed where they go.
  private var isDirect: [Bool]
  private var passCount = 1

  /// The program that computes the values of the sinks.
  ///
  /// - Parameter spreads: for each parameter its place along a sample.
  static func compile(
    _ graph: ElementGraph, _ sinks: [(node: Int, sink: Sink)], spreads: [ElementGraph.Spread]
  ) -> ElementProgram {
    var compiler = ProgramCompiler(graph, sinks)
    compiler.assignSlots(spreads)
    compiler.fuse()
    compiler.schedule()
    return compiler.program
  }

  private init(_ graph: ElementGraph, _ sinks: [(node: Int, sink: Sink)]) {
    self.graph = graph
    self.sinks = sinks
    let count = graph.nodes.count
    isNeeded = [Bool](repeating: false, count: count)
    uses = [Int](repeating: 0, count: count)
    slots = [Int?](repeating: nil, count: count)
    isFused = isNeeded
    isDirect = isNeeded
    for (node, _) in sinks {
      isNeeded[node] = true
      uses[node] += 1
    }
    for index in stride(from: count - 1, through: 0, by: -1) where isNeeded[index] {
      for operand in graph.operands(of: index) {
        isNeeded[operand] = true
        uses[operand] += 1
      }
    }
  }

  // MARK: Slots

  private mutating func assignSlots(_ spreads: [ElementGraph.Spread]) {
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
      switch node.kind {
      case .input(let input): program.elements.append(.input(input))
      case .upstream:
        if node.extent == .row { program.rows.append(.upstream) } else { program.elements.append(.upstream) }
      case .parameter(let parameter): add(.parameter(parameter), spreads[parameter])
      case .rowSum: passCount = max(passCount, node.level)
      default: break
      }
      if node.extent == .element { passCount = max(passCount, node.level + 1) }
    }
    for (node, sink) in sinks {
      switch sink {
      case .output(let output, .element, _): program.elements.append(.output(output))
      case .output(let output, _, _): program.rows.append(.output(output))
      case .gradient(let parameter, .single): program.singleGradients.append((parameter, node))
      case .gradient(let parameter, let spread): add(.gradient(parameter), spread)
      }
    }
    let lists = [program.elements, program.rows, program.features, program.channels, program.singles]
    for (slot, array) in lists.joined().enumerated() { arrays[array] = slot }
    assignScalars()
    program.singleGradients = program.singleGradients.map { ($0.parameter, slots[$0.slot] ?? 0) }
  }

  private mutating func add(_ array: ElementProgram.Array, _ spread: ElementGraph.Spread) {
    switch spread {
    case .single: program.singles.append(array)
    case .channels: program.channels.append(array)
    case .features: program.features.append(array)
    }
  }

  private mutating func assignScalars() {
    var scalar = program.firstScalar
    func next() -> Int {
      scalar += 1
      return scalar - 1
    }
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
      switch node.kind {
      case .constant:
        program.constants.append(graph.value(index))
        slots[index] = next()
      case .inverseCount:
        program.constants.append(nil)
        program.readsRowLength = true
        slots[index] = next()
      case .input(let input): slots[index] = arrays[.input(input)]
      case .parameter(let parameter): slots[index] = arrays[.parameter(parameter)]
      case .upstream: slots[index] = arrays[.upstream]
      default: break
      }
    }
    program.firstSumScalar = scalar - program.firstScalar
    for pass in 0..<passCount {
      let start = sums.count
      for (index, node) in graph.nodes.enumerated() where isNeeded[index] && node.level == pass + 1 {
        guard case .rowSum = node.kind else { continue }
        sums[index] = sums.count
        slots[index] = next()
      }
      program.rowSums.append(start..<sums.count)
    }
    program.rowSumCount = sums.count
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
      guard case .total = node.kind else { continue }
      sums[index] = sums.count
      slots[index] = next()
      program.totals.append(scalar - 1 - program.firstScalar)
    }
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] && slots[index] == nil {
      if node.extent != .element { slots[index] = next() }
    }
    program.scalarCount = scalar - program.firstScalar
  }

  // MARK: Instructions

  /// Finds products that are computed with the sum that reads them.
  private mutating func fuse() {
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
      switch node.kind {
      case .step(.add, let operands) where node.extent == .element:
        // Two products: the later one waits for the earlier one.
        if let product = operands.reversed().first(where: { isProduct($0) }), operands[0] != operands[1] {
          isFused[product] = true
        }
      case .rowSum(let operand), .total(let operand): if isProduct(operand) { isFused[operand] = true }
      default: break
      }
    }
    for (node, sink) in sinks {
      if case .output(let output, .element, accumulates: false) = sink, case .step = graph.nodes[node].kind,
        uses[node] == 1,
        graph.nodes[node].extent == .element
      {
        isDirect[node] = true
        slots[node] = arrays[.output(output)]
      }
      guard isProduct(node) else { continue }
      switch sink {
      case .gradient(_, .single), .output(_, _, accumulates: false): break
      case .gradient, .output: if graph.nodes[node].extent == .element { isFused[node] = true }
      }
    }
  }

  /// Whether a value is a product of elements that is read once.
  private func isProduct(_ index: Int) -> Bool {
    guard case .step(let operation, _) = graph.nodes[index].kind else { return false }
    return (operation == .multiply || operation == .square) && uses[index] == 1 && graph.nodes[index].extent == .element
  }

  private func operand(_ node: Int) -> Operand {
    Operand(slot: slots[node], node: node, isSingle: graph.nodes[node].extent != .element)
  }

  /// The factors of a fused product.
  private func factors(_ index: Int) -> [Operand] {
    let operands = graph.operands(of: index)
    return [operand(operands[0]), operand(operands[operands.count - 1])]
  }

  private func instruction(_ index: Int) -> Instruction? {
    let target: Target = slots[index].map { .slot($0) } ?? .register(index)
    switch graph.nodes[index].kind {
    case .step(let operation, let operands):
      if operation == .add, let product = operands.reversed().first(where: { isFused[$0] }),
        graph.nodes[index].extent == .element
      {
        let other = operands[0] == product ? operands[1] : operands[0]
        return Instruction(operation: .multiplyAdd, operands: factors(product) + [operand(other)], target: target)
      }
      return Instruction(operation: operation, operands: operands.map(operand), target: target)
    case .rowSum(let operand), .total(let operand): return sum(operand, .sum(sums[index] ?? 0))
    default: return nil
    }
  }

  private func sum(_ index: Int, _ target: Target) -> Instruction {
    isFused[index]
      ? Instruction(operation: .sumOfProducts, operands: factors(index), target: target)
      : Instruction(operation: .sum, operands: [operand(index)], target: target)
  }

  /// The step that hands a value to where it goes; nil if that is no slot.
  private func instruction(_ node: Int, _ sink: Sink) -> Instruction? {
    let array: ElementProgram.Array
    var accumulates = true
    switch sink {
    case .output(let output, _, let adds): (array, accumulates) = (.output(output), adds)
    case .gradient(_, .single): return nil
    case .gradient(let parameter, _): array = .gradient(parameter)
    }
    guard let slot = arrays[array] else { return nil }
    guard accumulates else { return Instruction(operation: .copy, operands: [operand(node)], target: .slot(slot)) }
    let isRow = program.channels.contains(array) || program.rows.contains(array)
    let sum = Operand(slot: slot, node: -1, isSingle: isRow)
    return isFused[node]
      ? Instruction(operation: .multiplyAdd, operands: factors(node) + [sum], target: .slot(slot))
      : Instruction(operation: .add, operands: [sum, operand(node)], target: .slot(slot))
  }

  // MARK: Order

  private mutating func schedule() {
    var rows = [[Instruction]](repeating: [], count: passCount + 1)
    var passes = [[Instruction]](repeating: [], count: passCount)
    var again = passes
    var prelude: [Instruction] = []
    var finale: [Instruction] = []
    /// For each pass the values of elements that it needs.
    var wanted = [Set<Int>](repeating: [], count: passCount)
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] && !isFused[index] {
      guard let instruction = instruction(index) else { continue }
      switch node.kind {
      case .rowSum: passes[node.level - 1].append(instruction)
      case .total(let operand):
        if graph.nodes[operand].extent == .row {
          rows[passCount].append(instruction)
        } else {
          passes[graph.nodes[operand].level].append(instruction)
        }
      default:
        switch node.extent {
        case .single:
          if node.level < ElementGraph.lastLevel { prelude.append(instruction) } else { finale.append(instruction) }
        case .row: rows[node.level].append(instruction)
        case .element: passes[node.level].append(instruction)
        }
      }
    }
    // The sums of each pass, and where values go.
    var ends = passes.map { $0.filter { if case .sum = $0.target { true } else { false } } }
    for (node, sink) in sinks {
      guard !isDirect[node] else {
        if let instruction = instruction(node) { ends[passCount - 1].append(instruction) }
        continue
      }
      guard let instruction = instruction(node, sink) else { continue }
      let isRow: Bool
      switch sink {
      case .output(_, let extent, _): isRow = extent == .row
      case .gradient(let parameter, _): isRow = program.channels.contains(.gradient(parameter))
      }
      if isRow {
        rows[passCount].append(instruction)
      } else {
        passes[passCount - 1].append(instruction)
        ends[passCount - 1].append(instruction)
      }
    }
    for pass in 0..<passCount {
      for end in ends[pass] { want(end, &wanted[pass]) }
      for index in wanted[pass].sorted() { if let step = instruction(index) { again[pass].append(step) } }
      again[pass] += ends[pass]
    }
    program.prelude = prelude.map { step($0) }
    program.finale = finale.map { step($0) }
    program.short = assigned(rows, passes, isOneBlock: true)
    program.joined = joined(rows, passes)
    program.long = assigned(rows, again, isOneBlock: false)
  }

  /// Adds the values of elements that an instruction needs, and those that they need.
  private func want(_ instruction: Instruction, _ wanted: inout Set<Int>) {
    for operand in instruction.operands where operand.slot == nil && operand.node >= 0 {
      guard wanted.insert(operand.node).inserted, let inner = self.instruction(operand.node) else { continue }
      want(inner, &wanted)
    }
  }
}
