import NNKernels

extension ProgramCompiler {
  /// The steps of rows and passes, with registers for values that are still needed.
  func assigned(
    _ rows: [[Instruction]], _ passes: [[Instruction]], isOneBlock: Bool
  ) -> ElementProgram.Schedule {
    var result = ElementProgram.Schedule()
    var registers = RegisterAllocation(first: program.firstRegister)
    /// The last instruction that reads each value, counted through all passes, or in each pass by itself.
    var last: [[Int: Int]] = passes.map { pass in
      var last: [Int: Int] = [:]
      for (position, instruction) in pass.enumerated() {
        for operand in instruction.operands where operand.slot == nil { last[operand.node] = position }
      }
      return last
    }
    if isOneBlock {
      var later: Set<Int> = []
      for pass in passes.indices.reversed() {
        for node in last[pass].keys where later.contains(node) { last[pass][node] = nil }
        later.formUnion(passes[pass].flatMap { $0.operands.filter { $0.slot == nil }.map(\.node) })
      }
    }
    for pass in 0...passes.count {
      let start = result.steps.count
      result.steps += rows[pass].map { step($0) }
      result.rows.append(start..<result.steps.count)
      guard pass < passes.count else { break }
      let first = result.steps.count
      if !isOneBlock { registers.clear() }
      for (position, instruction) in passes[pass].enumerated() {
        let sources = instruction.operands.map { $0.slot ?? registers.place(of: $0.node) }
        for operand in instruction.operands where operand.slot == nil && last[pass][operand.node] == position {
          registers.release(operand.node)
        }
        var target: Int?
        if case .register(let node) = instruction.target { target = registers.take(node) }
        result.steps.append(step(instruction, sources, target))
      }
      result.passes.append(first..<result.steps.count)
    }
    result.registerCount = registers.count
    return result
  }

  /// A step on slots that are known for good.
  func step(_ instruction: Instruction) -> ElementStep {
    step(instruction, instruction.operands.map { $0.slot ?? 0 }, nil)
  }

  private func step(_ instruction: Instruction, _ sources: [Int], _ register: Int?) -> ElementStep {
    let target: Int
    switch instruction.target {
    case .slot(let number), .sum(let number): target = number
    case .register: target = register ?? 0
    }
    return ElementStep(
      instruction.operation, zip(sources, instruction.operands).map { (slot: $0, isSingle: $1.isSingle) },
      target: target)
  }
}

/// The registers of values that are still needed.
private struct RegisterAllocation {
  private let first: Int
  /// The slot of each value.
  private var places: [Int: Int] = [:]
  private var free: [Int] = []
  private(set) var count = 0

  init(first: Int) { self.first = first }

  func place(of node: Int) -> Int { places[node] ?? first }

  mutating func take(_ node: Int) -> Int {
    let slot = free.popLast() ?? first + count
    if slot == first + count { count += 1 }
    places[node] = slot
    return slot
  }

  mutating func release(_ node: Int) {
    if let slot = places.removeValue(forKey: node) { free.append(slot) }
  }

  /// Forgets all values; the registers stay.
  mutating func clear() {
    free += places.values.sorted()
    places = [:]
  }
}
