/// What holds of a training whose `<training>` element, or whose settings in code, do not say.
public enum TrainingDefaults {
  /// Passes over the training set, where no number of steps is given.
  public static let epochs = 10
  /// Samples in one step.
  public static let batch = 32
  /// The seed of initial values, shuffling and random layers.
  public static let seed = 0
  /// Whether each epoch has an order of its own.
  public static let shuffle = true
  /// The numbers of shards that there may be: powers of two, so that sums over them are balanced binary trees.
  public static let shardCounts = (0...10).map { 1 << $0 }
}
