/// A mathematical function that `Scalar.map` applies elementwise.
///
/// The bounds are the largest errors of the single-precision kernels over their whole domain, in units in the last place
/// (ulp) of the exact result, subnormal results included.
public enum MathematicalFunction: Sendable, Hashable, CaseIterable {
  /// Within 1.5 ulp.
  case exp
  /// exp(x) - 1, within 2 ulp.
  case expm1
  /// Within 1.5 ulp.
  case log
  /// log(1 + x), within 2.5 ulp.
  case log1p
  /// Within 3 ulp.
  case tanh
  /// 1 / (1 + exp(-x)), within 3 ulp.
  case sigmoid
  /// Within 3 ulp.
  case erf
}
