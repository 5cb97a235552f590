import NNCore
import NNKernels

extension Activation {
  /// The function written out; nil where the formula is too long to be of use.
  var formula: LayerFormula? {
    switch self {
    case .identity: return LayerFormula("x", "{0}", slopes: ["1"])
    case .step: return LayerFormula("step", "indicator({0} > 0)", slopes: ["0"])
    case .sigmoid: return LayerFormula("σ", "1 / (1 + exp(-{0}))", slopes: ["(1 - {f}) * {f}"])
    case .tanh: return LayerFormula("tanh", "tanh({0})", slopes: ["(1 - {f} * {f})"])
    case .relu: return LayerFormula("relu", "maximum({0}, 0)", slopes: ["indicator({0} > 0)"])
    case .leakyRelu(let slope):
      let number = LayerFormula.number(slope)
      return LayerFormula(
        "lrelu", "maximum({0}, 0) + \(number) * minimum({0}, 0)",
        slopes: ["(\(number) + (1 - \(number)) * indicator({0} > 0))"])
    case .elu(let alpha):
      let number = LayerFormula.number(alpha)
      return LayerFormula(
        "elu", "maximum({0}, 0) + \(number) * (exp(minimum({0}, 0)) - 1)",
        slopes: ["(indicator({0} > 0) + indicator({0} <= 0) * \(number) * exp(minimum({0}, 0)))"])
    case .softplus: return LayerFormula("s+", "log(1 + exp({0}))", slopes: ["1 / (1 + exp(-{0}))"])
    case .softsign:
      return LayerFormula(
        "ssign", "{0} / (1 + abs({0}))", slopes: ["1 / ((1 + abs({0})) * (1 + abs({0})))"])
    case .silu:
      return LayerFormula(
        "silu", "{0} / (1 + exp(-{0}))", slopes: ["({f} + (1 - {f}) / (1 + exp(-{0})))"])
    case .selu, .gelu, .geluTanh, .hardSigmoid, .hardSwish: return nil
    }
  }
}
