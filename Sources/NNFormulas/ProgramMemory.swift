import NNKernels

/// The memory that one thread runs a program in.
struct ProgramMemory<S: Scalar> {
  /// The sizes of its parts.
  struct Layout {
    let slots: Int
    let sums: Int
    let scalars: Int
    /// Numbers of a scalar: one for each row of a segment of several.
    let scalarStride: Int
    /// The first of two slots for the operands of a sum along a row.
    let sumSlot: Int
    let tiles: Int
    let registers: Int

    init(_ program: ElementProgram, _ extent: ProgramExtent) {
      registers =
        max(program.short.registerCount, program.long.registerCount, program.joined.schedule.registerCount) + 1
      sumSlot = program.firstRegister + registers
      slots = sumSlot + 2
      sums = max(1, program.rowSumCount + program.totals.count)
      scalarStride = extent.joinedRows
      scalars = max(1, program.scalarCount * scalarStride)
      // Arrays of features are repeated for each row of a segment of several rows.
      tiles = extent.segment > extent.row ? program.features.count * extent.segment : 0
    }

    /// All of it, counted in numbers of 4 bytes. Parts whose numbers are larger come first.
    var floats: Int {
      6 * slots + 2 * sums
        + (scalars + tiles + registers * ElementStep.block) * MemoryLayout<S>.size / 4
    }
  }

  /// The addresses of the operands in the block at hand, and where they are for the first element.
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<S>>
  let bases: UnsafeMutablePointer<UnsafeMutablePointer<S>>
  /// By how much a slot moves with each element: 0 for what nobody wants.
  let strides: UnsafeMutablePointer<Int>
  let sums: UnsafeMutablePointer<Double>
  let scalars: UnsafeMutablePointer<S>
  let tiles: UnsafeMutablePointer<S>
  let registers: UnsafeMutablePointer<S>

  init(_ base: UnsafeMutablePointer<Float>, _ layout: Layout) {
    var cursor = MemoryCursor(next: UnsafeMutableRawPointer(base))
    registers = cursor.take(S.self, layout.registers * ElementStep.block)
    slots = cursor.take(UnsafeMutablePointer<S>.self, layout.slots)
    bases = cursor.take(UnsafeMutablePointer<S>.self, layout.slots)
    strides = cursor.take(Int.self, layout.slots)
    sums = cursor.take(Double.self, layout.sums)
    scalars = cursor.take(S.self, layout.scalars)
    tiles = cursor.take(S.self, layout.tiles)
  }
}

/// Cuts memory into parts.
private struct MemoryCursor {
  var next: UnsafeMutableRawPointer

  mutating func take<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
    let result = next.bindMemory(to: type, capacity: count)
    next += count * MemoryLayout<T>.stride
    return result
  }
}
