import NNKernels
import Testing

/// Arrays that live as long as it does.
private final class Memory {
  private var floatArrays: [Storage<Float>] = []
  private var doubleArrays: [Storage<Double>] = []

  func floats(_ values: [Float]) -> Buffer<Float> {
    let (storage, view) = Storage.unaligned(values, offset: 1)
    floatArrays.append(storage)
    return view
  }

  func doubles(_ values: [Float]) -> Buffer<Double> {
    doubleArrays.append(Storage(values.map(Double.init)))
    return doubleArrays[doubleArrays.count - 1].buffer
  }
}

/// Kernels on columns of a matrix against the plain ones in double precision.
struct ColumnTests {
  /// Columns in the midst of a matrix, which is surrounded by numbers that must stay.
  private static func columns(_ key: Int, _ numbers: inout TestNumbers) -> Columns {
    let rows = [1, 2, 3, 64, 65, 200][key % 6]
    let count = [1, 7, 15, 16, 17, 33, 48, 100][key % 8]
    let (before, first) = (numbers.integer(0...2), numbers.integer(0...5))
    return Columns(
      rows: before..<(before + rows), range: first..<(first + count), stride: first + count + numbers.integer(0...3))
  }

  @Test(arguments: 0..<48) func sumsAndMaps(_ key: Int) {
    var numbers = TestNumbers(key)
    let columns = Self.columns(key, &numbers)
    let (count, width) = (columns.rows.upperBound * columns.stride, columns.range.upperBound)
    // Far from zero, where sums of squares would lose the variance.
    let (x, y, before) = (numbers.floats(count, 99, 101), numbers.floats(count), numbers.floats(count))
    let parameters = (0..<3).map { _ in numbers.floats(width) }
    let centers = numbers.floats(width, 99, 101)
    let memory = Memory()
    let (x64, y64) = (memory.doubles(x), memory.doubles(y))
    for table in tables {
      let (x32, y32) = (memory.floats(x), memory.floats(y))
      for pass in [0, 1] {
        let (first, second) = (memory.floats(before), memory.floats(before))
        let (first64, second64) = (memory.doubles(before), memory.doubles(before))
        if pass == 0 {
          table.columnMoments(x32, columns, first, second)
          Double.columnMoments(x64, columns, means: first64, variances: second64)
        } else {
          table.columnDeviationSums(y32, x32, memory.floats(centers), columns, first, second)
          Double.columnDeviationSums(
            y64, x64, centers: memory.doubles(centers), columns, sums: first64, products: second64)
        }
        RowTests.expectClose(first, first64, "\(table.level) \(columns)", tolerance: 1e-5)
        RowTests.expectClose(second, second64, "\(table.level) \(columns)", tolerance: 1e-5)
      }
      for flag in [false, true] {
        let (mapped, mapped64) = (memory.floats(before), memory.doubles(before))
        let (center, shift) = (flag ? centers : [], flag ? parameters[1] : [])
        table.mapColumns(
          x32,
          ColumnMap(center: memory.floats(center), scale: memory.floats(parameters[0]), shift: memory.floats(shift)),
          columns, flag, mapped)
        Double.mapColumns(
          x64,
          ColumnMap(
            center: memory.doubles(center), scale: memory.doubles(parameters[0]), shift: memory.doubles(shift)),
          columns, rectifies: flag, into: mapped64)
        RowTests.expectClose(mapped, mapped64, "map \(table.level) \(columns)")
        let (combined, combined64) = (memory.floats(before), memory.doubles(before))
        table.combineColumns(
          y32, x32,
          ColumnCombination(
            factor: memory.floats(parameters[0]), slope: memory.floats(parameters[1]), center: memory.floats(centers),
            constant: memory.floats(parameters[2])), columns, combined, flag)
        Double.combineColumns(
          y64, x64,
          ColumnCombination(
            factor: memory.doubles(parameters[0]), slope: memory.doubles(parameters[1]),
            center: memory.doubles(centers), constant: memory.doubles(parameters[2])), columns, into: combined64,
          accumulate: flag)
        RowTests.expectClose(combined, combined64, "combination \(table.level) \(columns)")
      }
    }
    withExtendedLifetime(memory) {}
  }
}
