import NNCore
import NNKernels

/// How gradients become steps. An optimizer is a value that holds its attributes; its state belongs to the trainer, which
/// keeps it in checkpoints.
public protocol Optimizer: ElementValue {
  /// The learning rate before any schedule.
  var rate: Double { get }
  /// The weight decay of parameters that decay.
  var weightDecay: Double { get }
  /// How many arrays of state it keeps, each laid out like the parameters.
  var stateCount: Int { get }
  /// The value of the first array of state before the first step. The others begin with 0.
  var initialState: Double { get }

  /// Performs one step on some of the parameters. Elements must not depend on others, for how parameters are put into spans
  /// depends on their decay and rate alone.
  func update<S: Scalar>(_ span: UpdateSpan<S>)
}

/// Parameters with the same decay and rate, one after the other, and all that a step on them needs.
public struct UpdateSpan<S: Scalar>: Sendable {
  /// The step, counted from 1.
  public package(set) var step: Int
  /// The learning rate of this step, by the schedule and by the layer's own factor.
  public package(set) var rate: Double
  /// The weight decay: that of the optimizer, or 0 where nothing decays.
  public let decay: Double
  /// The factor that clipping by the norm asks for.
  public package(set) var gradientScale: Double
  /// The largest magnitude of an element of the gradient; infinite unless clipping asks for less.
  public package(set) var gradientLimit: Double
  /// The parameters w.
  public let parameters: Buffer<S>
  /// Their gradients, as the net has left them: not scaled, not limited.
  public let gradients: Buffer<S>
  /// The arrays of state, as many as the optimizer has and as long as the parameters.
  public let states: [Buffer<S>]
  /// Where each tensor of the parameters begins, the first at 0.
  public let starts: [Int]
  /// The threads to share work with.
  public let workers: WorkerPool

  /// An element of the gradient, scaled and limited.
  @inlinable @inline(__always)
  public func gradient(_ index: Int) -> S {
    let scaled = gradients[index] * S(gradientScale)
    return max(-S(gradientLimit), min(S(gradientLimit), scaled))
  }

  /// Sets every parameter to what `body` makes of it and of its gradient. `body` may change the state at the index; it is
  /// called once for each, on any thread.
  @inlinable @inline(__always)
  public func updateEach(_ body: @Sendable (_ index: Int, _ parameter: S, _ gradient: S) -> S) {
    workers.run(count: parameters.count, grain: 4096) { range in
      for index in range { parameters[index] = body(index, parameters[index], gradient(index)) }
    }
  }
}

/// An optimizer whose step is one of the fused kernels.
public protocol FusedOptimizer: Optimizer {
  /// The rule of one step, counted from 1.
  func rule(step: Int) -> UpdateRule
}

extension FusedOptimizer {
  /// As many arrays as the rule has.
  public var stateCount: Int { rule(step: 1).stateCount }

  /// The step of the rule.
  public func update<S: Scalar>(_ span: UpdateSpan<S>) {
    let none = Buffer(base: span.parameters.base, count: 0)
    let first = span.states.isEmpty ? none : span.states[0]
    let second = span.states.count > 1 ? span.states[1] : none
    S.update(
      rule(step: span.step), rate: span.rate, decay: span.decay, gradientScale: span.gradientScale,
      gradientLimit: span.gradientLimit, parameters: span.parameters, gradients: span.gradients,
      first: first, second: second, starts: span.starts, workers: span.workers)
  }
}

extension Optimizer {
  /// Zero.
  public var initialState: Double { 0 }

  /// The attributes that every optimizer has.
  public static func commonAttributes(rate: Double, weightDecay: Double = 0) -> [AttributeSchema] {
    [
      .optional("rate", .number(.nonNegative), default: .number(rate), "Learning rate, before any schedule."),
      .optional(
        "weightDecay", .number(.nonNegative), default: .number(weightDecay),
        "Decay of weights towards 0; biases and normalization parameters do not decay."),
    ]
  }
}
