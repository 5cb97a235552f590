import NNCore

/// How samples are cut from a series, the rows of a table in their order: inputs from some steps, right answers from those
/// that follow.
public struct WindowsDescription: DeclaredElement, Hashable {
  /// The declaration of `<windows>`.
  public static var schema: ElementSchema { ModelStructure.windows.schema }
  /// The steps of a sample's input.
  public let length: Int
  /// The steps behind them that are to be forecast.
  public let horizon: Int
  /// The steps from the start of one window to that of the next.
  public let step: Int
  /// The columns to be forecast; nil for all.
  public let targets: [String]?
  /// The steps of a season; nil for none.
  public let season: Int?

  /// The element with the given attributes. Throws an `ElementError` for a season that is longer than a window.
  public init(attributes: Attributes) throws {
    length = attributes.integer("length")
    horizon = attributes.integer("horizon")
    step = attributes.integer("step")
    targets = attributes.has("targets") ? attributes.words("targets") : nil
    season = attributes.has("season") ? attributes.integer("season") : nil
    if let season, season > length {
      throw ElementError(
        code: "out-of-range", "a window of \(length) steps does not reach back over a season of \(season)",
        remedy: "make the window longer", attribute: "season")
    }
  }
}
