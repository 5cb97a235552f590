/// An elementwise activation function, which kernels can apply in their epilogue while the result is in registers.
///
/// Parameters are held in double precision and rounded once to the scalar type. Formulas: PyTorch's documentation
/// of `torch.nn`; SELU: Klambauer et al. 2017; GELU: Hendrycks and Gimpel 2016.
public enum Activation: Sendable, Hashable {
  case identity
  /// 1 where x > 0, else 0; its gradient is 0 everywhere.
  case step
  /// 1 / (1 + exp(-x))
  case sigmoid
  case tanh
  /// max(x, 0)
  case relu
  /// x where x > 0, else slope x
  case leakyRelu(slope: Double)
  /// x where x > 0, else alpha (exp(x) - 1)
  case elu(alpha: Double)
  /// scale (x where x > 0, else alpha (exp(x) - 1)) with the two constants of self-normalizing nets
  case selu
  /// log(1 + exp(x))
  case softplus
  /// x / (1 + |x|)
  case softsign
  /// x Phi(x), Phi the normal distribution function
  case gelu
  /// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2
  case geluTanh
  /// x sigmoid(x)
  case silu
  /// clamp(x / 6 + 1/2, 0, 1)
  case hardSigmoid
  /// x hardSigmoid(x)
  case hardSwish

  /// SELU's alpha.
  public static let seluAlpha = 1.6732632423543772848170429916717
  /// SELU's scale.
  public static let seluScale = 1.0507009873554804934193349852946

  /// Whether the function is non-decreasing, so that it commutes with the maximum.
  public var isMonotone: Bool {
    switch self {
    case .identity, .step, .sigmoid, .tanh, .relu, .selu, .softplus, .softsign, .hardSigmoid: true
    case .leakyRelu(let slope): slope >= 0
    case .elu(let alpha): alpha >= 0
    case .gelu, .geluTanh, .silu, .hardSwish: false
    }
  }

  /// Whether the derivative is a function of the output, so that the input need not be kept for the backward pass.
  public var gradientUsesOutput: Bool {
    switch self {
    case .identity, .step, .sigmoid, .tanh, .relu, .selu, .softsign, .softplus: true
    case .leakyRelu(let slope): slope > 0
    case .elu(let alpha): alpha > 0
    case .hardSigmoid: true
    case .gelu, .geluTanh, .silu, .hardSwish: false
    }
  }
}
