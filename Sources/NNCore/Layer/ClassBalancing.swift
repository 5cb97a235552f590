/// A loss whose class weights may be left to the training data: a class that is rare counts more.
///
/// The attribute `classWeights` holds the numbers, or the word `balanced`. Whoever trains the net counts the labels of the
/// training samples, and puts the numbers into the word's place; until then all classes weigh 1.
public protocol ClassBalancing: Layer {
  /// Whether the weights are to be those of balanced classes.
  var isBalanced: Bool { get }

  /// The loss with a weight for each class.
  func weighingClasses(by weights: [Double]) -> any Layer
}

/// The weights of balanced classes: with n samples, n_k of them of class k, and K classes that occur, n / (K n_k), as
/// scikit-learn has them; 1 for a class that does not occur.
///
/// - Parameter counts: for each class, how many samples it has, or the sum of their weights.
package func balancedClassWeights(_ counts: [Double]) -> [Double] {
  let total = counts.reduce(0, +)
  let present = Double(counts.count { $0 > 0 })
  return counts.map { $0 > 0 ? total / (present * $0) : 1 }
}
