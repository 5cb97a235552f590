/// How an optimizer turns a gradient g into a step of a parameter w with learning rate r. Semantics are those of
/// `torch.optim`; the state buffers start at zero (Adagrad's at `initialAccumulator`).
///
/// Decay d: every rule but `adamW` first sets g := g + d w; `adamW` instead shrinks w := w - r d w.
public enum UpdateRule: Sendable, Hashable {
  /// v := momentum v + g; w := w - r v, or with Nesterov's look-ahead w := w - r (g + momentum v). Without momentum
  /// there is no state.
  case sgd(momentum: Double, nesterov: Bool)
  /// Kingma and Ba 2015; `step` counts from 1 and corrects the bias of both moments.
  case adam(beta1: Double, beta2: Double, epsilon: Double, step: Int)
  /// Loshchilov and Hutter 2019.
  case adamW(beta1: Double, beta2: Double, epsilon: Double, step: Int)
  /// s := smoothing s + (1 - smoothing) g^2; d := g / (sqrt(s) + epsilon), through a momentum buffer if momentum > 0.
  case rmsProp(smoothing: Double, epsilon: Double, momentum: Double)
  /// s := s + g^2; w := w - r g / (sqrt(s) + epsilon).
  case adaGrad(epsilon: Double)

  /// State buffers of the rule: none, `first`, or `first` and `second`.
  public var stateCount: Int {
    switch self {
    case .sgd(let momentum, _): momentum == 0 ? 0 : 1
    case .adam, .adamW: 2
    case .rmsProp(_, _, let momentum): momentum == 0 ? 1 : 2
    case .adaGrad: 1
    }
  }
}
