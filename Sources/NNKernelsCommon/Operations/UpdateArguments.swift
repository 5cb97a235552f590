/// The hyperparameters of an optimizer step, see `Scalar.update`.
public struct UpdateSettings: Sendable {
  public var rate: Double
  public var decay: Double
  public var gradientScale: Double
  public var gradientLimit: Double
  /// Adam's bias corrections 1 - beta1^step and 1 - beta2^step; 1 for other rules.
  public var correction1: Double
  public var correction2: Double

  public init(
    rate: Double, decay: Double, gradientScale: Double, gradientLimit: Double, correction1: Double, correction2: Double
  ) {
    self.rate = rate
    self.decay = decay
    self.gradientScale = gradientScale
    self.gradientLimit = gradientLimit
    self.correction1 = correction1
    self.correction2 = correction2
  }
}

/// The buffers of an optimizer step, see `Scalar.update`.
public struct UpdateArguments: Sendable {
  public var parameters: Buffer<Float>
  public var gradients: Buffer<Float>
  public var first: Buffer<Float>
  public var second: Buffer<Float>
  /// The offsets of the tensors that are concatenated in the buffers; the first is 0.
  public var starts: [Int]

  public init(
    parameters: Buffer<Float>, gradients: Buffer<Float>, first: Buffer<Float>, second: Buffer<Float>,
    starts: [Int] = [0]
  ) {
    self.parameters = parameters
    self.gradients = gradients
    self.first = first
    self.second = second
    self.starts = starts
  }
}
