/// F(4, 3): 4 outputs, 3 weights and 6 inputs per dimension; the points are 0, 1, -1, 2, -2 and infinity.
enum WinogradFour3: WinogradSet {
  enum Input: WinogradTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (d0, d1, d2) = load3(from, step)
      let (d3, d4, d5) = load3(from + 3 * step, step)
      let (even, odd) = (d4 - d2, d3 - d1)
      storeVector(sum(sum(d4, -5, d2), 4, d0), to)
      storeVector(sum(d4 + d3, -4, d2 + d1), to + pitch)
      storeVector(sum(d4 - d3, -4, d2 - d1), to + 2 * pitch)
      storePair(even, 2, odd, to + 3 * pitch, pitch)
      storeVector(sum(sum(d5, -5, d3), 4, d1), to + 5 * pitch)
    }
  }

  enum Weights: WinogradTransform {
    static var inputs: Int { 3 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (g0, g1, g2) = load3(from, step)
      let (even, odd) = ((g0 + g2) * (-1 / 6), g1 * (-1 / 6))
      let (far, step) = (sum(g0 * (1 / 24), 1 / 6, g2), g1 * (1 / 12))
      storeVector(g0 * 0.25, to)
      storePair(even, odd, to + pitch, pitch)
      storePair(far, step, to + 3 * pitch, pitch)
      storeVector(g2, to + 5 * pitch)
    }
  }

  enum Output: WinogradTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 4 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (m0, m1, m2) = load3(from, step)
      let (m3, m4, m5) = load3(from + 3 * step, step)
      let (a, b, c, d) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4)
      storeVector(m0 + a + c, to)
      storeVector(sum(b, 2, d), to + pitch)
      storeVector(sum(a, 4, c), to + 2 * pitch)
      storeVector(sum(b, 8, d) + m5, to + 3 * pitch)
    }
  }

  enum Upstream: WinogradTransform {
    static var inputs: Int { 4 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (d0, d1, d2, d3) = load4(from, step)
      let (even, odd) = (d0 + d2, d1 + d3)
      let (far, step) = (sum(d0, 4, d2), sum(d1, 4, d3))
      storeVector(d0, to)
      storePair(even, odd, to + pitch, pitch)
      storePair(far, 2, step, to + 3 * pitch, pitch)
      storeVector(d3, to + 5 * pitch)
    }
  }

  enum InputGradient: WinogradTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (t0, t1, t2) = load3(from, step)
      let (t3, t4, t5) = load3(from + 3 * step, step)
      let (a, b, c, d) = (t1 + t2, t1 - t2, t3 + t4, t3 - t4)
      storeVector(t0 * 4, to)
      storeVector(sum(sum(t5, -1, b) * 4, -2, d), to + pitch)
      storeVector(sum(sum(t0 * -5, -4, a), -1, c), to + 2 * pitch)
      storeVector(sum(sum(b, 2, d), -5, t5), to + 3 * pitch)
      storeVector(t0 + a + c, to + 4 * pitch)
      storeVector(t5, to + 5 * pitch)
    }
  }

  enum WeightGradient: WinogradTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 3 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (m0, m1, m2) = load3(from, step)
      let (m3, m4, m5) = load3(from + 3 * step, step)
      let (a, b) = ((m1 + m2) * (-1 / 6), (m1 - m2) * (-1 / 6))
      let (c, d) = ((m3 + m4) * (1 / 24), (m3 - m4) * (1 / 24))
      storeVector(sum(a + c, 0.25, m0), to)
      storeVector(sum(b, 2, d), to + pitch)
      storeVector(sum(a, 4, c) + m5, to + 2 * pitch)
    }
  }
}
