import NNKernels

extension ProgramCompiler {
  /// The schedule for several rows at once: row by row the steps would cost more than what they compute.
  func joined(_ rows: [[Instruction]], _ passes: [[Instruction]]) -> ElementProgram.JoinedSchedule {
    var result = ElementProgram.JoinedSchedule()
    var repeated: Set<Int> = []
    var own: [[Instruction]] = []
    for pass in passes {
      var (repeats, elements, sums): ([Instruction], [Instruction], [Instruction]) = ([], [], [])
      for instruction in pass {
        var instruction = instruction
        for index in instruction.operands.indices {
          let operand = instruction.operands[index]
          guard operand.node >= 0, graph.nodes[operand.node].extent == .row else { continue }
          if repeated.insert(operand.node).inserted {
            repeats.append(Instruction(operation: .copy, operands: [operand], target: .register(operand.node)))
          }
          instruction.operands[index] = Operand(slot: nil, node: operand.node, isSingle: false)
        }
        if case .sum(let sum) = instruction.target, sum < program.rowSumCount {
          sums.append(instruction)
        } else {
          elements.append(instruction)
        }
      }
      own.append(repeats + elements + sums)
      result.repeats.append(repeats.count)
      result.sums.append(sums.count)
    }
    result.schedule = assigned(rows.map { $0.map(overRows) }, own, isOneBlock: true)
    result.moved = result.schedule.steps.map { step in
      ElementStep(
        step.operation,
        (0..<min(2, step.operation.operandCount)).map { (slot: $0, isSingle: step.isSingle(UInt8($0))) },
        target: Int(step.target))
    }
    return result
  }

  /// The instruction with a number for each row in its operands that belong to rows.
  private func overRows(_ instruction: Instruction) -> Instruction {
    var result = instruction
    for index in result.operands.indices {
      let node = result.operands[index].node
      result.operands[index].isSingle = node >= 0 && graph.nodes[node].extent == .single
    }
    return result
  }
}

/// Runs a schedule over segments of several rows.
@specialized(where S == Float)
@specialized(where S == Double)
func runJoinedSegments<S: Scalar>(
  _ program: ElementProgram, _ extent: ProgramExtent, _ memory: ProgramMemory<S>, _ layout: ProgramMemory<S>.Layout,
  _ segments: Range<Int>
) {
  let (slots, bases, strides) = (memory.slots, memory.bases, memory.strides)
  let firstRow = program.elements.count
  let firstFeature = firstRow + program.rows.count
  let firstChannel = firstFeature + program.features.count
  let joined = program.joined
  let passCount = joined.schedule.passes.count
  for slot in firstFeature..<firstChannel { slots[slot] = bases[slot] }
  joined.schedule.steps.withUnsafeBufferPointer { steps in
    for segment in segments {
      let start = segment * extent.segment
      let count = min(extent.count - start, extent.segment)
      let rows = count / extent.row
      for slot in 0..<firstRow { slots[slot] = bases[slot] + start * strides[slot] }
      for slot in firstRow..<firstFeature { slots[slot] = bases[slot] + start / extent.row * strides[slot] }
      for pass in 0...passCount {
        let own = joined.schedule.rows[pass]
        if !own.isEmpty {
          S.run(UnsafeBufferPointer(rebasing: steps[own]), slots, sums: memory.sums, count: rows)
        }
        guard pass < passCount else { break }
        let range = joined.schedule.passes[pass]
        let first = range.lowerBound + joined.repeats[pass]
        let last = range.upperBound - joined.sums[pass]
        for index in range.lowerBound..<first {
          repeatRows(slots[Int(steps[index].first)], rows, extent.row, into: slots[Int(steps[index].target)])
        }
        if first < last {
          S.run(UnsafeBufferPointer(rebasing: steps[first..<last]), slots, sums: memory.sums, count: count)
        }
        for index in last..<range.upperBound {
          sumRows(program, steps[index], index, rows, extent.row, memory, layout)
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func repeatRows<S: Scalar>(
  _ values: UnsafeMutablePointer<S>, _ rows: Int, _ length: Int, into target: UnsafeMutablePointer<S>
) {
  for row in 0..<rows {
    let (value, start) = (values[row], target + row * length)
    for i in 0..<length { start[i] = value }
  }
}

/// Sums along each row, which become a number of each row.
@specialized(where S == Float)
@specialized(where S == Double)
private func sumRows<S: Scalar>(
  _ program: ElementProgram, _ step: ElementStep, _ index: Int, _ rows: Int, _ length: Int, _ memory: ProgramMemory<S>,
  _ layout: ProgramMemory<S>.Layout
) {
  let operands = memory.slots + layout.sumSlot
  let sum = Int(step.target)
  let (x, y) = (memory.slots[Int(step.first)], memory.slots[Int(step.second)])
  let (xStride, yStride) = (step.isSingle(0) ? 0 : length, step.isSingle(1) ? 0 : length)
  let scalars = memory.scalars + (program.firstSumScalar + sum) * layout.scalarStride
  program.joined.moved.withUnsafeBufferPointer { moved in
    let own = UnsafeBufferPointer(rebasing: moved[index...index])
    for row in 0..<rows {
      operands[0] = x + row * xStride
      operands[1] = y + row * yStride
      S.run(own, operands, sums: memory.sums, count: length)
      scalars[row] = S(memory.sums[sum])
      memory.sums[sum] = 0
    }
  }
}
