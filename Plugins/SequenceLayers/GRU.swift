import NNCore
import NNKernels

/// A layer of gated recurrent units: a gate mixes the state before with a new one, which another gate lets see it.
public struct GRU: RecurrentLayer {
  /// The declaration of `<gru>`.
  public static let schema = ElementSchema(
    .layer, "gru",
    summary: "Reads a sequence step by step into a hidden state with gates: most of an LSTM with fewer weights.",
    formula:
      "r, z = sigmoid(W x_t + b + R h_(t-1) + d); n = tanh(W x_t + b + r (R h_(t-1) + d)); h_t = (1 - z) n + z h_(t-1)",
    reference:
      "Cho et al. 2014; as torch.nn.GRU: weight_ih_l0 is W, weight_hh_l0 R, bias_ih_l0 b, bias_hh_l0 d, with rows for "
      + "r, z, n",
    example: #"<gru units="64"/>"#, attributes: RecurrentSettings.attributes)
  /// The cell with two gates.
  public static var cell: RecurrentCell { .gru }

  /// What its attributes say.
  public let settings: RecurrentSettings

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { settings = RecurrentSettings(attributes) }

  /// The layer.
  public init(_ settings: RecurrentSettings) { self.settings = settings }
}
