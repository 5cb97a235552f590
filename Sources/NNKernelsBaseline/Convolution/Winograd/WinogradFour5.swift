/// F(4, 5): 4 outputs, 5 weights and 8 inputs per dimension; the points are 0, 1, -1, 2, -2, 1/2, -1/2 and infinity.
enum WinogradFour5: WinogradSet {
  enum Input: WinogradTransform {
    static var inputs: Int { 8 }
    static var outputs: Int { 8 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (d0, d1, d2, d3) = load4(from, step)
      let (d4, d5, d6, d7) = load4(from + 4 * step, step)
      storeVector(sum(d0 - d6, 5.25, d4 - d2), to)
      let (a, b) = (d2 + d6, d1 + d5)
      storeVector(sum(a + b, -4.25, d4 + d3), to + pitch)
      storeVector(sum(a - b, -4.25, d4 - d3), to + 2 * pitch)
      let (c, e) = (sum(sum(d6, 0.25, d2), -1.25, d4), sum(sum(d5, 0.25, d1), -1.25, d3))
      storePair(c, 2, e, to + 3 * pitch, pitch)
      let (f, g) = (sum(sum(d6, 4, d2), -5, d4), sum(sum(d5, 4, d1), -5, d3))
      storePair(f, 0.5, g, to + 5 * pitch, pitch)
      storeVector(sum(d7 - d1, 5.25, d3 - d5), to + 7 * pitch)
    }
  }

  enum Weights: WinogradTransform {
    static var inputs: Int { 5 }
    static var outputs: Int { 8 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (g0, g1, g2) = load3(from, step)
      let (g3, g4) = (loadVector(from + 3 * step), loadVector(from + 4 * step))
      storeVector(g0, to)
      let (a, b) = ((g0 + g2 + g4) * (-2 / 9), (g1 + g3) * (-2 / 9))
      storePair(a, b, to + pitch, pitch)
      let (c, d) = (sum(sum(g0, 4, g2), 16, g4) * (1 / 90), sum(g1, 4, g3) * (1 / 45))
      storePair(c, d, to + 3 * pitch, pitch)
      let (e, f) = (sum(sum(g0, 0.25, g2), 0.0625, g4) * (32 / 45), sum(g1, 0.25, g3) * (16 / 45))
      storePair(e, f, to + 5 * pitch, pitch)
      storeVector(g4, to + 7 * pitch)
    }
  }

  enum Output: WinogradTransform {
    static var inputs: Int { 8 }
    static var outputs: Int { 4 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (m0, m1, m2, m3) = load4(from, step)
      let (m4, m5, m6, m7) = load4(from + 4 * step, step)
      let (a, b, c) = (m1 + m2, m1 - m2, m3 + m4)
      let (d, e, f) = (m3 - m4, m5 + m6, m5 - m6)
      storeVector(m0 + a + (c + e), to)
      storeVector(sum(sum(b, 2, d), 0.5, f), to + pitch)
      storeVector(sum(sum(a, 4, c), 0.25, e), to + 2 * pitch)
      storeVector(sum(sum(b, 8, d), 0.125, f) + m7, to + 3 * pitch)
    }
  }

  enum Upstream: WinogradTransform {
    static var inputs: Int { 4 }
    static var outputs: Int { 8 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (d0, d1, d2, d3) = load4(from, step)
      storeVector(d0, to)
      let (a, b) = (d0 + d2, d1 + d3)
      storePair(a, b, to + pitch, pitch)
      let (c, d) = (sum(d0, 4, d2), sum(d1, 4, d3))
      storePair(c, 2, d, to + 3 * pitch, pitch)
      let (e, f) = (sum(d0, 0.25, d2), sum(d1, 0.25, d3))
      storePair(e, 0.5, f, to + 5 * pitch, pitch)
      storeVector(d3, to + 7 * pitch)
    }
  }

  enum InputGradient: WinogradTransform {
    static var inputs: Int { 8 }
    static var outputs: Int { 8 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (t0, t1, t2, t3) = load4(from, step)
      let (t4, t5, t6, t7) = load4(from + 4 * step, step)
      let (a, b, c) = (t1 + t2, t1 - t2, t3 + t4)
      let (d, e, f) = (t3 - t4, t5 + t6, t5 - t6)
      storeVector(t0, to)
      storeVector(sum(sum(b, 0.5, d), 2, f) - t7, to + pitch)
      storeVector(sum(sum(sum(a, 0.25, c), 4, e), -5.25, t0), to + 2 * pitch)
      storeVector(sum(sum(b * -4.25, -2.5, d + f), 5.25, t7), to + 3 * pitch)
      storeVector(sum(sum(sum(a * -4.25, -1.25, c), -5, e), 5.25, t0), to + 4 * pitch)
      storeVector(sum(sum(sum(b, 2, d), 0.5, f), -5.25, t7), to + 5 * pitch)
      storeVector(a + (c + e) - t0, to + 6 * pitch)
      storeVector(t7, to + 7 * pitch)
    }
  }

  enum WeightGradient: WinogradTransform {
    static var inputs: Int { 8 }
    static var outputs: Int { 5 }

    @inline(__always)
    static func apply(_ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
      let (m0, m1, m2, m3) = load4(from, step)
      let (m4, m5, m6, m7) = load4(from + 4 * step, step)
      let (a, b) = ((m1 + m2) * (-2 / 9), (m1 - m2) * (-2 / 9))
      let (c, d) = ((m3 + m4) * (1 / 90), (m3 - m4) * (1 / 90))
      let (e, f) = ((m5 + m6) * (32 / 45), (m5 - m6) * (32 / 45))
      storeVector(m0 + a + (c + e), to)
      storeVector(sum(sum(b, 2, d), 0.5, f), to + pitch)
      storeVector(sum(sum(a, 4, c), 0.25, e), to + 2 * pitch)
      storeVector(sum(sum(b, 8, d), 0.125, f), to + 3 * pitch)
      storeVector(sum(sum(a, 16, c), 0.0625, e) + m7, to + 4 * pitch)
    }
  }
}
