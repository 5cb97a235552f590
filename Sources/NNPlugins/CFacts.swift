import CNNRunLayer
import NNCore
import NNKernels

/// The facts of a C layer.
enum CFacts {
  /// Throws an `ElementError`: the layer states a fact that there is not.
  static func read(_ instance: CInstance, _ schema: ElementSchema) throws(ElementError) -> LayerFacts {
    var c = nnrun_facts()
    c.size = UInt32(MemoryLayout<nnrun_facts>.size)
    instance.functions.facts?(instance.layer, &c)
    func fault(_ problem: String) -> ElementError {
      ElementError(
        code: "plugin-facts", "the facts of <\(schema.name)> \(problem)", remedy: "tell the plug-in's author")
    }
    var facts = LayerFacts()
    facts.hasDoublePrecision = instance.functions.forward_double != nil
    switch c.activation {
    case Int32(NNRUN_NO_ACTIVATION.rawValue): facts.activation = nil
    case Int32(NNRUN_IDENTITY.rawValue): facts.activation = .identity
    case Int32(NNRUN_RELU.rawValue): facts.activation = .relu
    case Int32(NNRUN_SIGMOID.rawValue): facts.activation = .sigmoid
    case Int32(NNRUN_TANH.rawValue): facts.activation = .tanh
    default: throw fault("name the unknown activation \(c.activation)")
    }
    facts.isSum = c.is_sum != 0
    facts.copiesWhenPredicting = c.copies_when_predicting != 0
    switch c.comparison {
    case Int32(NNRUN_ROUNDING.rawValue): facts.comparison = .rounding
    case Int32(NNRUN_EXACT.rawValue): facts.comparison = .exact
    case Int32(NNRUN_RANDOM.rawValue): facts.comparison = .random
    default: throw fault("name the unknown comparison \(c.comparison)")
    }
    if schema.kind == .loss {
      switch c.prediction {
      case Int32(NNRUN_VALUES.rawValue): facts.prediction = .values
      case Int32(NNRUN_PROBABILITIES.rawValue): facts.prediction = .probabilities
      case Int32(NNRUN_SCORES.rawValue): facts.prediction = .scores
      case Int32(NNRUN_BINARY_PROBABILITIES.rawValue): facts.prediction = .binaryProbabilities
      default: throw fault("name the unknown prediction \(c.prediction)")
      }
      facts.sumsLoss = c.sums_loss != 0
      if c.has_target_range != 0 {
        guard c.target_lower <= c.target_upper else { throw fault("have no range of targets") }
        facts.targetRange = c.target_lower...c.target_upper
      }
      if c.quantile != 0 {
        guard c.quantile > 0, c.quantile < 1 else {
          throw fault("name the quantile \(c.quantile), which is not between 0 and 1")
        }
        facts.quantile = c.quantile
      }
      if c.has_ignored_label != 0 { facts.ignoredLabel = Int(c.ignored_label) }
    }
    if let map = c.channel_map { facts.channelMap = channelMap(instance, map) }
    return facts
  }

  private typealias MapFunction =
    @convention(c) (
      UnsafeMutableRawPointer?, Int64, UnsafePointer<UnsafePointer<Double>?>?, UnsafePointer<UnsafePointer<Double>?>?,
      UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?
    ) -> Void

  private static func channelMap(_ instance: CInstance, _ map: @escaping MapFunction) -> LayerFacts.ChannelMap {
    LayerFacts.ChannelMap { channels, parameters, states in
      var scale = [Double](repeating: 1, count: channels)
      var shift = [Double](repeating: 0, count: channels)
      withPointers(parameters) { parameters in
        withPointers(states) { states in map(instance.layer, Int64(channels), parameters, states, &scale, &shift) }
      }
      return (scale, shift)
    }
  }

  /// Calls `body` with pointers to the arrays' elements, which are one behind the other in memory of their own.
  private static func withPointers(_ arrays: [[Double]], _ body: (UnsafePointer<UnsafePointer<Double>?>?) -> Void) {
    Array(arrays.joined()).withUnsafeBufferPointer { elements in
      var pointers: [UnsafePointer<Double>?] = []
      var start = 0
      for array in arrays {
        pointers.append(elements.baseAddress.map { $0 + start })
        start += array.count
      }
      pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
