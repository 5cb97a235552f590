import NNCore
import NNKernels

/// How gradients become steps. An optimizer is a value that holds its attributes; its state buffers belong to the
/// trainer.
public protocol Optimizer: ElementValue {
  /// The learning rate before any schedule.
  var rate: Double { get }
  /// The weight decay of parameters that decay.
  var weightDecay: Double { get }
  /// The value of the first state buffer before the first step.
  var initialState: Double { get }

  /// The rule of one step, counted from 1.
  func rule(step: Int) -> UpdateRule
}

extension Optimizer {
  /// Zero.
  public var initialState: Double { 0 }

  /// The attributes that every optimizer has.
  static func commonAttributes(rate: Double, weightDecay: Double = 0) -> [AttributeSchema] {
    [
      .optional("rate", .number(.nonNegative), default: .number(rate), "Learning rate, before any schedule."),
      .optional(
        "weightDecay", .number(.nonNegative), default: .number(weightDecay),
        "Decay of weights towards 0; biases and normalization parameters do not decay."),
    ]
  }
}
