/// A part of the training data that is the test set of one training of several.
public struct Fold: Sendable, Hashable {
  /// Which one, from 0.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// A fold.
  public init(_ index: Int, of count: Int) {
    self.index = index
    self.count = count
  }
}
