import NNCore
import NNKernels

/// An optimizer's step on a net: its state buffers, and its parameter groups.
///
/// Parameters are contiguous in one flat buffer. Adjacent parameters with the same weight decay and learning rate form
/// one group, so that a step is a few passes over long arrays.
public final class ParameterUpdate<S: Scalar> {
  private struct Span {
    var range: Range<Int>
    /// Where its parameters begin, counted from its own beginning.
    var starts: [Int]
    var decay: Double
    var rateScale: Double
  }

  private let optimizer: any Optimizer
  private let spans: [Span]
  private let firstStorage: Storage<S>
  private let secondStorage: Storage<S>

  /// The optimizer with its state as it is before the first step.
  public init(_ plan: NetworkPlan, _ optimizer: any Optimizer) {
    self.optimizer = optimizer
    let stateCount = optimizer.rule(step: 1).stateCount
    firstStorage = Storage(count: stateCount >= 1 ? plan.parameterSpan : 0)
    secondStorage = Storage(count: stateCount >= 2 ? plan.parameterSpan : 0)
    firstStorage.buffer.fill(S(optimizer.initialState))
    var spans: [Span] = []
    for (index, parameter) in plan.parameters.enumerated() where !parameter.isFrozen {
      let decay = parameter.plan.decays ? optimizer.weightDecay : 0
      let follows = index > 0 && !plan.parameters[index - 1].isFrozen
      if let last = spans.last, follows, last.decay == decay, last.rateScale == parameter.rateScale {
        // The alignment gap between them holds zeros with zero gradients, which no update rule changes.
        spans[spans.count - 1].starts.append(parameter.range.lowerBound - last.range.lowerBound)
        spans[spans.count - 1].range = last.range.lowerBound..<parameter.range.upperBound
      } else {
        spans.append(Span(range: parameter.range, starts: [0], decay: decay, rateScale: parameter.rateScale))
      }
    }
    self.spans = spans
  }

  /// The first state buffer, laid out like the parameters; empty if the rule has none.
  public var first: Buffer<S> { firstStorage.buffer }
  /// The second state buffer.
  public var second: Buffer<S> { secondStorage.buffer }

  /// Performs one step.
  ///
  /// - Parameters:
  ///   - step: counted from 1.
  ///   - rate: the learning rate of this step.
  ///   - clipNorm: the largest norm of the gradient of all parameters.
  ///   - clipValue: the largest magnitude of an element of the gradient.
  @specialized(where S == Float)
  public func apply(to network: Network<S>, step: Int, rate: Double, clipNorm: Double?, clipValue: Double?) {
    var scale = 1.0
    if let clipNorm {
      let norm = gradientNorm(network)
      // As torch.nn.utils.clip_grad_norm_, whose small constant keeps the quotient finite.
      scale = min(1, clipNorm / (norm + 1e-6))
    }
    let rule = optimizer.rule(step: step)
    for index in spans.indices {
      let span = spans[index]
      S.update(
        rule, rate: rate * span.rateScale, decay: span.decay, gradientScale: scale,
        gradientLimit: clipValue ?? .infinity, parameters: network.parameters.slice(span.range),
        gradients: network.gradients.slice(span.range), first: part(first, span), second: part(second, span),
        starts: span.starts, workers: network.workers)
    }
  }

  /// The Euclidean norm of the gradient of all trainable parameters.
  public func gradientNorm(_ network: Network<S>) -> Double {
    var square = 0.0
    for index in spans.indices {
      square += S.sumOfSquares(network.gradients.slice(spans[index].range), workers: network.workers)
    }
    return square.squareRoot()
  }

  private func part(_ state: Buffer<S>, _ span: Span) -> Buffer<S> {
    state.count == 0 ? state : state.slice(span.range)
  }
}
