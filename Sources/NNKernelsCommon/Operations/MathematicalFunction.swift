/// A function of mathematics that `Scalar.map` computes for every element of a buffer.
///
/// The bounds are the errors of the single-precision kernels over the whole range, in units in the last place of the
/// exact result, subnormal results included.
public enum MathematicalFunction: Sendable, Hashable, CaseIterable {
  /// Within 1.5 units.
  case exp
  /// exp(x) - 1, within 2 units.
  case expm1
  /// Within 1.5 units.
  case log
  /// log(1 + x), within 2.5 units.
  case log1p
  /// Within 3 units.
  case tanh
  /// 1 / (1 + exp(-x)), within 3 units.
  case sigmoid
  /// Within 3 units.
  case erf
}
