extension Scalar {
  public static func sum(_ x: Buffer<Self>, workers: WorkerPool) -> Double { referenceSum(x) }

  public static func sumOfSquares(_ x: Buffer<Self>, workers: WorkerPool) -> Double { referenceSumOfSquares(x) }

  public static func isFinite(_ x: Buffer<Self>, workers: WorkerPool) -> Bool { referenceIsFinite(x) }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceSum<S: Scalar>(_ x: Buffer<S>) -> Double {
  var total = 0.0
  for i in 0..<x.count { total += Double(x[i]) }
  return total
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceSumOfSquares<S: Scalar>(_ x: Buffer<S>) -> Double {
  var total = 0.0
  for i in 0..<x.count { total += Double(x[i]) * Double(x[i]) }
  return total
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceIsFinite<S: Scalar>(_ x: Buffer<S>) -> Bool {
  for i in 0..<x.count where !x[i].isFinite { return false }
  return true
}
