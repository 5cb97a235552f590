extension Scalar {
  public static func columnMoments(
    _ x: Buffer<Self>, _ columns: Columns, means: Buffer<Self>, variances: Buffer<Self>
  ) {
    referenceColumnMoments(x, columns, means, variances)
  }

  public static func columnDeviationSums(
    _ y: Buffer<Self>, _ x: Buffer<Self>, centers: Buffer<Self>, _ columns: Columns, sums: Buffer<Self>,
    products: Buffer<Self>
  ) {
    referenceColumnDeviationSums(y, x, centers, columns, sums, products)
  }

  public static func mapColumns(
    _ x: Buffer<Self>, _ map: ColumnMap<Self>, _ columns: Columns, rectifies: Bool, into y: Buffer<Self>
  ) {
    referenceMapColumns(x, map, columns, rectifies, y)
  }

  public static func combineColumns(
    _ y: Buffer<Self>, _ x: Buffer<Self>, _ combination: ColumnCombination<Self>, _ columns: Columns,
    into result: Buffer<Self>, accumulate: Bool
  ) {
    referenceCombineColumns(y, x, combination, columns, result, accumulate)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceColumnMoments<S: Scalar>(
  _ x: Buffer<S>, _ columns: Columns, _ means: Buffer<S>, _ variances: Buffer<S>
) {
  let count = S(columns.rows.count)
  for c in columns.range { (means[c], variances[c]) = (0, 0) }
  for row in columns.rows {
    for c in columns.range { means[c] += x[row * columns.stride + c] }
  }
  for c in columns.range { means[c] /= count }
  for row in columns.rows {
    for c in columns.range {
      let deviation = x[row * columns.stride + c] - means[c]
      variances[c] += deviation * deviation
    }
  }
  for c in columns.range { variances[c] /= count }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceColumnDeviationSums<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ centers: Buffer<S>, _ columns: Columns, _ sums: Buffer<S>, _ products: Buffer<S>
) {
  for c in columns.range { (sums[c], products[c]) = (0, 0) }
  for row in columns.rows {
    for c in columns.range {
      let i = row * columns.stride + c
      sums[c] += y[i]
      products[c] += y[i] * (x[i] - centers[c])
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMapColumns<S: Scalar>(
  _ x: Buffer<S>, _ map: ColumnMap<S>, _ columns: Columns, _ rectifies: Bool, _ y: Buffer<S>
) {
  for row in columns.rows {
    for c in columns.range {
      let i = row * columns.stride + c
      let deviation = map.center.count > 0 ? x[i] - map.center[c] : x[i]
      let value = deviation * map.scale[c] + (map.shift.count > 0 ? map.shift[c] : 0)
      y[i] = rectifies && value < 0 ? 0 : value
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceCombineColumns<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ combination: ColumnCombination<S>, _ columns: Columns, _ result: Buffer<S>,
  _ accumulate: Bool
) {
  for row in columns.rows {
    for c in columns.range {
      let i = row * columns.stride + c
      let value =
        combination.factor[c] * y[i] + combination.slope[c] * (x[i] - combination.center[c]) + combination.constant[c]
      result[i] = accumulate ? result[i] + value : value
    }
  }
}
