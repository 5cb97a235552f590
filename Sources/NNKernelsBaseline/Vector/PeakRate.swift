/// Runs twelve independent chains of `rounds` fused multiply-adds between registers and returns the floating-point
/// operations done. Twelve exceeds latency times throughput of the multipliers of any core, so throughput is the limit:
/// the time gives the core's peak rate.
@inline(never)
func spendOperations(rounds: Int) -> Int {
  var chains = Chains()
  let factor = Vector(repeating: 0.999_999)
  let addend = Vector(repeating: 1e-6)
  for _ in 0..<rounds { chains.step(factor, addend) }
  let result = chains.total
  return 2 * 12 * Vector.scalarCount * rounds + (result == 0.12345 ? 1 : 0)
}

private struct Chains {
  var a = Vector(repeating: 1)
  var b = Vector(repeating: 2)
  var c = Vector(repeating: 3)
  var d = Vector(repeating: 4)
  var e = Vector(repeating: 5)
  var f = Vector(repeating: 6)
  var g = Vector(repeating: 7)
  var h = Vector(repeating: 8)
  var i = Vector(repeating: 9)
  var j = Vector(repeating: 10)
  var k = Vector(repeating: 11)
  var l = Vector(repeating: 12)

  @inline(__always)
  mutating func step(_ x: Vector, _ y: Vector) {
    a = multiplyAdd(a, x, y)
    b = multiplyAdd(b, x, y)
    c = multiplyAdd(c, x, y)
    d = multiplyAdd(d, x, y)
    e = multiplyAdd(e, x, y)
    f = multiplyAdd(f, x, y)
    g = multiplyAdd(g, x, y)
    h = multiplyAdd(h, x, y)
    i = multiplyAdd(i, x, y)
    j = multiplyAdd(j, x, y)
    k = multiplyAdd(k, x, y)
    l = multiplyAdd(l, x, y)
  }

  var total: Float { (a + b + c + d + e + f + g + h + i + j + k + l)[0] }
}
