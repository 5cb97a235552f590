import NNCore
import NNKernels

/// One chunk of a program's run. Arrays are read by index: without optimization, walking through one takes memory.
struct ProgramRun<S: Scalar> {
  let program: ElementProgram
  let arrays: ProgramArrays<S>
  let extent: ProgramExtent
  let layout: ProgramMemory<S>.Layout
  let memory: ProgramMemory<S>
  let chunk: Int

  private var segments: Range<Int> {
    (chunk * extent.segmentsPerChunk)..<min(extent.segments, (chunk + 1) * extent.segmentsPerChunk)
  }

  /// What the chunk gathers.
  private var gathered: Buffer<S> {
    arrays.gathered.slice(from: chunk * extent.gatheredPerChunk, count: extent.gatheredPerChunk)
  }

  func run() {
    setUp()
    clear()
    if extent.joinedRows > 1 {
      runJoinedSegments(program, extent, memory, layout, segments)
    } else {
      let schedule = extent.segment <= ElementStep.block ? program.short : program.long
      runSegments(schedule, program, extent, memory, segments)
    }
    gather()
  }

  /// Finds all arrays, and computes what is computed once.
  func setUp() {
    var slot = 0
    find(program.elements, &slot)
    find(program.rows, &slot)
    find(program.features, &slot)
    find(program.channels, &slot)
    find(program.singles, &slot)
    for index in 0..<program.scalarCount {
      memory.slots[program.firstScalar + index] = memory.scalars + index * layout.scalarStride
    }
    for index in 0..<layout.registers {
      memory.slots[program.firstRegister + index] = memory.registers + index * ElementStep.block
    }
    for index in program.constants.indices {
      memory.scalars[index * layout.scalarStride] = S(program.constants[index] ?? 1 / Double(extent.row))
    }
    program.prelude.withUnsafeBufferPointer { S.run($0, memory.slots, sums: memory.sums, count: 1) }
  }

  private func find(_ list: [ElementProgram.Array], _ slot: inout Int) {
    let nobody = memory.registers + (layout.registers - 1) * ElementStep.block
    for index in list.indices {
      let buffer = arrays.buffer(list[index])
      memory.bases[slot] = buffer?.base ?? nobody
      memory.strides[slot] = buffer == nil ? 0 : 1
      memory.slots[slot] = memory.bases[slot]
      slot += 1
    }
  }

  /// Clears what is gathered, and repeats features for segments of several rows.
  private func clear() {
    for index in 0..<(program.rowSumCount + program.totals.count) { memory.sums[index] = 0 }
    guard extent.gatheredPerChunk > 0 || !program.features.isEmpty else { return }
    if extent.gatheredPerChunk > 0 { gathered.fill(0) }
    var offset = program.totals.count
    let first = program.elements.count + program.rows.count
    for index in program.features.indices {
      let tile = memory.tiles + index * extent.segment
      let isTiled = layout.tiles > 0
      if case .gradient = program.features[index] {
        if isTiled { tile.update(repeating: 0, count: extent.segment) }
        set(first + index, isTiled ? tile : gathered.base + offset)
        offset += extent.row
      } else if isTiled {
        let source = memory.bases[first + index]
        for row in stride(from: 0, to: extent.segment, by: extent.row) {
          (tile + row).update(from: source, count: extent.row)
        }
        set(first + index, tile)
      }
    }
    for index in program.channels.indices {
      guard case .gradient = program.channels[index] else { continue }
      set(first + program.features.count + index, gathered.base + offset)
      offset += extent.channels
    }
  }

  private func set(_ slot: Int, _ base: UnsafeMutablePointer<S>) {
    memory.bases[slot] = base
    memory.strides[slot] = 1
  }

  /// Hands on the totals, and the gradients of repeated features.
  private func gather() {
    guard extent.gatheredPerChunk > 0 else { return }
    for index in program.totals.indices { gathered[index] = S(memory.sums[program.rowSumCount + index]) }
    var offset = program.totals.count
    for index in program.features.indices where layout.tiles > 0 {
      guard case .gradient = program.features[index] else { continue }
      let tile = Buffer(base: memory.tiles + index * extent.segment, count: extent.segment)
      addRows(tile, extent.row, into: gathered.slice(from: offset, count: extent.row))
      offset += extent.row
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func addRows<S: Scalar>(_ tile: Buffer<S>, _ row: Int, into sums: Buffer<S>) {
  for start in stride(from: 0, to: tile.count, by: row) {
    for i in 0..<row { sums[i] += tile[start + i] }
  }
}

/// Runs a schedule over segments: between its passes over the blocks of each, what is computed of the segment's sums.
@specialized(where S == Float)
@specialized(where S == Double)
private func runSegments<S: Scalar>(
  _ schedule: ElementProgram.Schedule, _ program: ElementProgram, _ extent: ProgramExtent, _ memory: ProgramMemory<S>,
  _ segments: Range<Int>
) {
  let (slots, bases, strides, sums) = (memory.slots, memory.bases, memory.strides, memory.sums)
  let firstRow = program.elements.count
  let firstFeature = firstRow + program.rows.count
  let firstChannel = firstFeature + program.features.count
  let firstSingle = firstChannel + program.channels.count
  let passCount = schedule.passes.count
  schedule.steps.withUnsafeBufferPointer { steps in
    for segment in segments {
      let start = segment * extent.segment
      let end = min(extent.count, start + extent.segment)
      for slot in firstRow..<firstFeature { slots[slot] = bases[slot] + segment * strides[slot] }
      if firstChannel < firstSingle {
        let channel = segment / extent.segmentsPerChannel % extent.channels
        for slot in firstChannel..<firstSingle { slots[slot] = bases[slot] + channel * strides[slot] }
      }
      for pass in 0...passCount {
        let rows = schedule.rows[pass]
        if !rows.isEmpty { S.run(UnsafeBufferPointer(rebasing: steps[rows]), slots, sums: sums, count: 1) }
        guard pass < passCount else { break }
        let own = UnsafeBufferPointer(rebasing: steps[schedule.passes[pass]])
        var offset = start
        while offset < end {
          let count = min(ElementStep.block, end - offset)
          for slot in 0..<firstRow { slots[slot] = bases[slot] + offset * strides[slot] }
          for slot in firstFeature..<firstChannel { slots[slot] = bases[slot] + (offset - start) * strides[slot] }
          S.run(own, slots, sums: sums, count: count)
          offset += count
        }
        for sum in program.rowSums[pass] {
          memory.scalars[program.firstSumScalar + sum] = S(sums[sum])
          sums[sum] = 0
        }
      }
    }
  }
}
