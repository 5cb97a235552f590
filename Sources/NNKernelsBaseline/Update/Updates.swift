import NNKernelsCommon

/// An optimizer's update of a vector of parameters, see `UpdateRule`: returns the new w and updates the state. The gradient
/// `g` is scaled and clamped.
private protocol VectorStep {
  /// State buffers of the rule.
  var states: Int { get }
  func step(_ w: Vector, _ g: Vector, _ first: inout Vector, _ second: inout Vector) -> Vector
}

private struct GradientDescent: VectorStep {
  let rate: Float
  let decay: Float
  var states: Int { 0 }

  @inline(__always)
  func step(_ w: Vector, _ g: Vector, _ first: inout Vector, _ second: inout Vector) -> Vector {
    w - rate * (g + decay * w)
  }
}

private struct Momentum: VectorStep {
  let rate: Float
  let decay: Float
  let momentum: Float
  let nesterov: Bool
  var states: Int { 1 }

  @inline(__always)
  func step(_ w: Vector, _ g: Vector, _ first: inout Vector, _ second: inout Vector) -> Vector {
    let g = g + decay * w
    first = momentum * first + g
    return w - rate * (nesterov ? g + momentum * first : first)
  }
}

private struct Adam: VectorStep {
  let decay: Float
  /// The factor of decoupled weight decay, 1 - rate decay; 1 without it.
  let shrink: Float
  let beta1: Float
  let beta2: Float
  let rest1: Float
  let rest2: Float
  let epsilon: Float
  /// rate / (1 - beta1^step), and 1 / sqrt(1 - beta2^step).
  let correctedRate: Float
  let correction: Float
  var states: Int { 2 }

  init(_ settings: UpdateSettings, decoupled: Bool, _ beta1: Double, _ beta2: Double, _ epsilon: Double) {
    decay = decoupled ? 0 : Float(settings.decay)
    shrink = decoupled ? Float(1 - settings.rate * settings.decay) : 1
    self.beta1 = Float(beta1)
    self.beta2 = Float(beta2)
    rest1 = Float(1 - beta1)
    rest2 = Float(1 - beta2)
    self.epsilon = Float(epsilon)
    correctedRate = Float(settings.rate / settings.correction1)
    correction = Float(1 / settings.correction2.squareRoot())
  }

  @inline(__always)
  func step(_ w: Vector, _ g: Vector, _ first: inout Vector, _ second: inout Vector) -> Vector {
    let g = g + decay * w
    first = beta1 * first + rest1 * g
    second = beta2 * second + rest2 * (g * g)
    return w * shrink - correctedRate * first / (squareRoot(second) * correction + epsilon)
  }
}

private struct RMSProp: VectorStep {
  let rate: Float
  let decay: Float
  let smoothing: Float
  let rest: Float
  let epsilon: Float
  let momentum: Float
  var states: Int { momentum == 0 ? 1 : 2 }

  @inline(__always)
  func step(_ w: Vector, _ g: Vector, _ first: inout Vector, _ second: inout Vector) -> Vector {
    let g = g + decay * w
    first = smoothing * first + rest * (g * g)
    let d = g / (squareRoot(first) + epsilon)
    if momentum == 0 { return w - rate * d }
    second = momentum * second + d
    return w - rate * second
  }
}

private struct Adagrad: VectorStep {
  let rate: Float
  let decay: Float
  let epsilon: Float
  var states: Int { 1 }

  @inline(__always)
  func step(_ w: Vector, _ g: Vector, _ first: inout Vector, _ second: inout Vector) -> Vector {
    let g = g + decay * w
    first += g * g
    return w - rate * g / (squareRoot(first) + epsilon)
  }
}

/// The buffers of an optimizer step.
private struct UpdateSpans {
  let parameters: Buffer<Float>
  let gradients: Buffer<Float>
  let first: Buffer<Float>
  let second: Buffer<Float>
  let gradientScale: Float
  let gradientLimit: Float

  func run<S: VectorStep>(_ rule: S, _ starts: [Int], _ workers: WorkerPool) {
    let loop = UpdateLoop(
      rule: rule, parameters: parameters.base, gradients: gradients.base, first: first.base, second: second.base,
      gradientScale: gradientScale, gradientLimit: gradientLimit)
    let count = parameters.count
    let chunks = workers.isSerial ? 1 : max(1, min(2 * workers.threads, count / Self.grain))
    if chunks == 1 { return loop.runChunk(0..<count) }
    workers.run(chunks: chunks) { chunk, _ in
      for index in starts.indices {
        let end = index + 1 < starts.count ? starts[index + 1] : count
        loop.runChunk(Self.part(chunk, of: chunks, starts[index]..<end))
      }
    }
  }

  /// The smallest chunk in parameters: some microseconds.
  private static let grain = 8192

  /// Part `index` of a tensor that is cut into `parts` parts: whole vectors; the last part has the remainder too.
  private static func part(_ index: Int, of parts: Int, _ tensor: Range<Int>) -> Range<Int> {
    let vectors = tensor.count / Vector.scalarCount
    let start = tensor.lowerBound + index * vectors / parts * Vector.scalarCount
    let end = tensor.lowerBound + (index + 1) * vectors / parts * Vector.scalarCount
    return start..<(index + 1 == parts ? tensor.upperBound : end)
  }
}

private struct UpdateLoop<S: VectorStep>: LaneLoop {
  let rule: S
  let parameters: UnsafeMutablePointer<Float>
  let gradients: UnsafePointer<Float>
  let first: UnsafeMutablePointer<Float>
  let second: UnsafeMutablePointer<Float>
  let gradientScale: Float
  let gradientLimit: Float

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) {
    var one = rule.states > 0 ? lanes.load(first + i) : .zero
    var two = rule.states > 1 ? lanes.load(second + i) : .zero
    let g = clamp(lanes.load(gradients + i) * gradientScale, -gradientLimit, gradientLimit)
    lanes.store(rule.step(lanes.load(parameters + i), g, &one, &two), parameters + i)
    if rule.states > 0 { lanes.store(one, first + i) }
    if rule.states > 1 { lanes.store(two, second + i) }
  }
}

/// One optimizer step, see `Scalar.update`.
///
/// Each tensor is cut into one part per chunk, so that a thread updates about the rows of a weight whose gradient it has
/// computed: they are still in its cache.
///
/// Bytes per parameter: 12, and 8 more per state buffer; memory-bound.
func update(_ rule: UpdateRule, _ settings: UpdateSettings, _ arguments: UpdateArguments, _ workers: WorkerPool) {
  let spans = UpdateSpans(
    parameters: arguments.parameters, gradients: arguments.gradients, first: arguments.first, second: arguments.second,
    gradientScale: Float(settings.gradientScale), gradientLimit: Float(settings.gradientLimit))
  let (rate, decay) = (Float(settings.rate), Float(settings.decay))
  let starts = arguments.starts
  switch rule {
  case .sgd(let momentum, let nesterov):
    if momentum == 0 {
      spans.run(GradientDescent(rate: rate, decay: decay), starts, workers)
    } else {
      spans.run(Momentum(rate: rate, decay: decay, momentum: Float(momentum), nesterov: nesterov), starts, workers)
    }
  case .adam(let beta1, let beta2, let epsilon, _):
    spans.run(Adam(settings, decoupled: false, beta1, beta2, epsilon), starts, workers)
  case .adamW(let beta1, let beta2, let epsilon, _):
    spans.run(Adam(settings, decoupled: true, beta1, beta2, epsilon), starts, workers)
  case .rmsProp(let smoothing, let epsilon, let momentum):
    spans.run(
      RMSProp(
        rate: rate, decay: decay, smoothing: Float(smoothing), rest: Float(1 - smoothing), epsilon: Float(epsilon),
        momentum: Float(momentum)), starts, workers)
  case .adaGrad(let epsilon):
    spans.run(Adagrad(rate: rate, decay: decay, epsilon: Float(epsilon)), starts, workers)
  }
}
