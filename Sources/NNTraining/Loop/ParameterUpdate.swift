import NNCore
import NNKernels

/// An optimizer's step on a net: its state buffers, and its parameter groups.
///
/// Parameters are contiguous in one flat buffer. Adjacent parameters with the same weight decay and learning rate form
/// one group, so that a step is a few passes over long arrays.
public final class ParameterUpdate<S: Scalar> {
  private let optimizer: any Optimizer
  /// Whose memory the spans view.
  private let network: Network<S>
  private let stateStorages: [Storage<S>]
  /// What each step does, span by span; the rates are those of the last step. Its memory is the net's and that of the state.
  private var spans: [(span: UpdateSpan<S>, rateScale: Double)] = []

  /// The optimizer with its state as it is before the first step, for the parameters of a net.
  public init(_ network: Network<S>, _ optimizer: any Optimizer) {
    self.optimizer = optimizer
    self.network = network
    let plan = network.plan
    stateStorages = (0..<optimizer.stateCount).map { _ in Storage(count: plan.parameterSpan) }
    stateStorages.first?.buffer.fill(S(optimizer.initialState))
    var groups: [Group] = []
    for (index, parameter) in plan.parameters.enumerated() where !parameter.isFrozen {
      let decay = parameter.plan.decays ? optimizer.weightDecay : 0
      let follows = index > 0 && !plan.parameters[index - 1].isFrozen
      if let last = groups.last, follows, last.decay == decay, last.rateScale == parameter.rateScale {
        // The alignment gap between them holds zeros with zero gradients, which no update rule changes.
        groups[groups.count - 1].starts.append(parameter.range.lowerBound - last.range.lowerBound)
        groups[groups.count - 1].range = last.range.lowerBound..<parameter.range.upperBound
      } else {
        groups.append(Group(range: parameter.range, starts: [0], decay: decay, rateScale: parameter.rateScale))
      }
    }
    spans = groups.map { group in
      (
        UpdateSpan(
          step: 0, rate: 0, decay: group.decay, gradientScale: 1, gradientLimit: .infinity,
          parameters: network.parameters.slice(group.range), gradients: network.gradients.slice(group.range),
          states: stateStorages.map { $0.buffer.slice(group.range) }, starts: group.starts, workers: network.workers),
        group.rateScale
      )
    }
  }

  /// Parameters that take the same steps.
  private struct Group {
    var range: Range<Int>
    /// Where its parameters begin, counted from its own beginning.
    var starts: [Int]
    var decay: Double
    var rateScale: Double
  }

  /// The arrays of state, laid out like the parameters.
  public var states: [Buffer<S>] { stateStorages.map(\.buffer) }

  /// Performs one step on the net that this was made for.
  ///
  /// - Parameters:
  ///   - step: counted from 1.
  ///   - rate: the learning rate of this step.
  ///   - clipNorm: the largest norm of the gradient of all parameters.
  ///   - clipValue: the largest magnitude of an element of the gradient.
  @specialized(where S == Float)
  public func apply(step: Int, rate: Double, clipNorm: Double?, clipValue: Double?) {
    var scale = 1.0
    if let clipNorm {
      let norm = gradientNorm()
      // As torch.nn.utils.clip_grad_norm_, whose small constant keeps the quotient finite.
      scale = min(1, clipNorm / (norm + 1e-6))
    }
    for index in spans.indices {
      spans[index].span.step = step
      spans[index].span.rate = rate * spans[index].rateScale
      spans[index].span.gradientScale = scale
      spans[index].span.gradientLimit = clipValue ?? .infinity
      optimizer.update(spans[index].span)
    }
  }

  /// The Euclidean norm of the gradient of all trainable parameters.
  public func gradientNorm() -> Double {
    var square = 0.0
    for index in spans.indices {
      square += S.sumOfSquares(spans[index].span.gradients, workers: network.workers)
    }
    return square.squareRoot()
  }
}
