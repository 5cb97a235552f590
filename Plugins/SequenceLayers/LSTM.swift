import NNCore
import NNKernels

/// A layer of long short-term memory, whose gates decide what its cell forgets, takes in and shows.
public struct LSTM: RecurrentLayer {
  /// The declaration of `<lstm>`.
  public static let schema = ElementSchema(
    .layer, "lstm",
    summary: "Reads a sequence step by step into a memory with gates, which keeps what it needs over many steps.",
    formula:
      "i, f, g, o = W x_t + b + R h_(t-1) + d; c_t = sigmoid(f) c_(t-1) + sigmoid(i) tanh(g); h_t = sigmoid(o) tanh(c_t)",
    reference:
      "Hochreiter and Schmidhuber 1997; as torch.nn.LSTM: weight_ih_l0 is W, weight_hh_l0 R, bias_ih_l0 b, bias_hh_l0 d, "
      + "with rows for i, f, g, o",
    example: #"<lstm units="64" direction="both" return="last"/>"#, attributes: RecurrentSettings.attributes)
  /// The cell with a memory.
  public static var cell: RecurrentCell { .lstm }

  /// What its attributes say.
  public let settings: RecurrentSettings

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { settings = RecurrentSettings(attributes) }

  /// The layer.
  public init(_ settings: RecurrentSettings) { self.settings = settings }
}
