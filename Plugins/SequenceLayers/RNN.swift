import NNCore
import NNKernels

/// A plain recurrent layer: h_t = tanh(W x_t + b + R h_(t-1) + d).
public struct RNN: RecurrentLayer {
  /// The declaration of `<rnn>`.
  public static let schema = ElementSchema(
    .layer, "rnn", summary: "Reads a sequence step by step into a hidden state: the simplest recurrent layer.",
    formula: "h_t = tanh(W x_t + b + R h_(t-1) + d), h_0 = 0",
    reference: "Elman 1990; as torch.nn.RNN: weight_ih_l0 is W, weight_hh_l0 R, bias_ih_l0 b, bias_hh_l0 d",
    example: #"<rnn units="32"/>"#, attributes: RecurrentSettings.attributes)
  /// The plain cell.
  public static var cell: RecurrentCell { .rnn }

  /// What its attributes say.
  public let settings: RecurrentSettings

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { settings = RecurrentSettings(attributes) }

  /// The layer.
  public init(_ settings: RecurrentSettings) { self.settings = settings }
}
