import NNCore
import NNKernels

/// A random change to a whole batch, in training only: the last step of a model's `<augment>` section, after all
/// `Augmentation`s of single pictures.
///
/// Each sample becomes a mixture of itself and a partner of its batch, x := a x + (1 - a) x', and so do its targets: labels
/// become distributions over the classes. Every sample is the partner of exactly one other. Who is whose, and the shares a,
/// are functions of the run's seed, the step and the sample's place in its batch alone.
public protocol BatchAugmentation: ElementValue {
  /// The share a, from 0 to 1, that a sample keeps of itself.
  ///
  /// - Parameter random: the numbers for this sample.
  func share(_ random: RandomStream) -> Double
}
