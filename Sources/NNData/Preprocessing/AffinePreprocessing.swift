import NNCore
import NNKernels

/// An affine map of the elements of a sample, before the net reads them: x := scale x + shift.
///
/// All steps of a model's `<preprocess>` section become one of these, which is applied while batches are gathered and is
/// stored with the weights.
public struct AffinePreprocessing: Sendable, Hashable {
  /// One factor for all elements of a sample, or one for each.
  public var scales: [Double]
  /// One summand for all elements, or one for each.
  public var shifts: [Double]

  /// A factor and a summand for all elements, or one of each for each element.
  public init(scales: [Double], shifts: [Double]) {
    self.scales = scales
    self.shifts = shifts
  }

  /// The identity: x := x.
  public static let identity = AffinePreprocessing(scales: [1], shifts: [0])

  /// This, and then `next`: (x s + t) s' + t' = x (s s') + (t s' + t').
  public func followed(by next: AffinePreprocessing) -> AffinePreprocessing {
    let count = max(scales.count, shifts.count, next.scales.count, next.shifts.count)
    func at(_ values: [Double], _ index: Int) -> Double { values[values.count == 1 ? 0 : index] }
    var result = AffinePreprocessing(scales: [], shifts: [])
    for index in 0..<count {
      result.scales.append(at(scales, index) * at(next.scales, index))
      result.shifts.append(at(shifts, index) * at(next.scales, index) + at(next.shifts, index))
    }
    return result
  }

  /// The factor and the summand of (x - center) / spread. What is constant is only shifted: rounding leaves a tiny spread in
  /// large numbers, and one whose inverse is infinite is none.
  static func scaling(center: Double, spread: Double) -> (scale: Double, shift: Double) {
    let isConstant = spread <= center.magnitude * 1e-12 || spread == 0 || !(1 / spread).isFinite
    return isConstant ? (1, -center) : (1 / spread, -center / spread)
  }

  /// Whether it fits samples of `width` elements: one scale and shift for all, or `width` of them.
  public func fits(_ width: Int) -> Bool {
    [scales.count, shifts.count].allSatisfy { $0 == 1 || $0 == width }
  }

  /// Reads the text form of version 0.1.0, lines `scale …` and `shift …`; nil when the text is something else.
  init?(encoded: String) {
    let lines = encoded.split(separator: "\n")
    guard lines.count == 2, lines[0].hasPrefix("scale "), lines[1].hasPrefix("shift ") else { return nil }
    func numbers(_ line: Substring) -> [Double]? {
      var values: [Double] = []
      for word in line.split(separator: " ").dropFirst() {
        guard let value = Double(word), value.isFinite else { return nil }
        values.append(value)
      }
      return values.isEmpty ? nil : values
    }
    guard let scales = numbers(lines[0]), let shifts = numbers(lines[1]),
      scales.count == shifts.count || scales.count == 1 || shifts.count == 1
    else { return nil }
    self.init(scales: scales, shifts: shifts)
  }
}

/// The numbers of an `AffinePreprocessing`, ready for the inner loop.
package final class AffineTable<S: Scalar>: Sendable {
  private let scaleStorage: Storage<S>
  private let shiftStorage: Storage<S>
  private let exactScaleStorage: Storage<Double>
  private let exactShiftStorage: Storage<Double>
  /// One factor for all elements of a sample, or one for each.
  var scales: Buffer<S> { scaleStorage.buffer }
  /// As many summands.
  var shifts: Buffer<S> { shiftStorage.buffer }
  /// The factors for elements that are doubles: a large number less its mean keeps its places only in double precision.
  var exactScales: Buffer<Double> { exactScaleStorage.buffer }
  /// As many summands.
  var exactShifts: Buffer<Double> { exactShiftStorage.buffer }

  /// The table for samples of `width` elements, which the map must fit.
  package init(_ affine: AffinePreprocessing, width: Int) {
    let count = affine.scales.count == 1 && affine.shifts.count == 1 ? 1 : width
    let scales = (0..<count).map { affine.scales[affine.scales.count == 1 ? 0 : $0] }
    // Adding minus zero changes no number, not even minus zero itself.
    let shifts =
      affine == .identity ? [-0.0] : (0..<count).map { affine.shifts[affine.shifts.count == 1 ? 0 : $0] }
    scaleStorage = Storage(scales.map { S($0) })
    shiftStorage = Storage(shifts.map { S($0) })
    exactScaleStorage = Storage(scales)
    exactShiftStorage = Storage(shifts)
  }

  /// Writes the preprocessed samples, count x `width`, to `target`, computed in double precision as for a table's numbers.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func apply(to samples: Buffer<S>, width: Int, into target: Buffer<S>) {
    precondition(target.count >= samples.count)
    let (scales, shifts) = (exactScales.base, exactShifts.base)
    let step = exactScales.count > 1 ? 1 : 0
    for start in stride(from: 0, to: samples.count, by: width) {
      for i in 0..<width {
        target[start + i] = S(Double(samples[start + i]) * scales[i * step] + shifts[i * step])
      }
    }
  }
}
