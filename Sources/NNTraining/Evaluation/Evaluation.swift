import NNCore
import NNData
import NNKernels

/// The metrics of a net on a data set: of each of its heads, from what is gathered batch by batch in double precision.
///
/// Memory is taken when it is made; adding a batch takes none, unless predictions are kept.
public struct Evaluation: Sendable {
  /// What is gathered. Each adds what more metrics are computed from.
  public enum Detail: Int, Sendable, Comparable {
    /// Sums alone: loss, accuracy, RMSE, R2.
    case sums
    /// Also every prediction: all metrics.
    case predictions

    /// By what is gathered.
    public static func < (first: Detail, second: Detail) -> Bool { first.rawValue < second.rawValue }
  }

  /// For each loss, in the order of the file, what it judges.
  public internal(set) var heads: [HeadEvaluation]
  /// The number of views of each sample.
  public internal(set) var views = 1
  /// What is gathered.
  public let detail: Detail
  /// The k of top-k accuracy; 0 for none.
  public let topCount: Int

  /// An empty evaluation for a net.
  ///
  /// - Parameters:
  ///   - topCount: the k of top-k accuracy; 0 for none.
  ///   - detail: what is gathered.
  ///   - samples: how many there will be, about.
  public init(_ plan: NetworkPlan, topCount: Int = 0, detail: Detail = .sums, samples: Int = 0) {
    self.init(plan, topCount: topCount, detail: detail, samples: samples, answerScales: nil)
  }

  /// The same; right answers that training has scaled are compared in their own size.
  init(
    _ plan: NetworkPlan, topCount: Int = 0, detail: Detail = .sums, samples: Int = 0, answerScales: [NumberEncoding]?
  ) {
    self.detail = detail
    self.topCount = topCount
    let losses = plan.lossNodes.map { Head(plan, $0) }
    heads = (losses.isEmpty ? [Head()] : losses).map {
      HeadEvaluation(
        $0, topCount: topCount, detail: detail, samples: samples,
        scales: $0.node.flatMap { plan.definition.nodes[$0].target } == "label" ? answerScales : nil)
    }
  }

  /// The head whose output is the net's prediction.
  public var main: HeadEvaluation { heads[0] }

  /// Sorts the samples once, where many metrics of their order are to be asked for. Nothing may be added afterwards.
  package mutating func rank() { for index in heads.indices { heads[index].rank() } }

  /// Adds a batch that the net has just run forward.
  public mutating func add<S: Scalar>(_ network: Network<S>) {
    addLosses(network)
    for index in heads.indices { heads[index].addPredictions(network, heads[index].head.output(network)) }
  }

  /// Adds the losses of the batch that the net has just run forward.
  ///
  /// - Parameter share: the weight of this view's loss in the mean over the views.
  mutating func addLosses<S: Scalar>(_ network: Network<S>, share: Double = 1) {
    for index in heads.indices { heads[index].addLoss(network, share: share) }
  }

  /// Compares predictions with the targets of the batch that the net has just run forward.
  ///
  /// - Parameter predictions: those of each head, one after the other.
  mutating func addPredictions<S: Scalar>(_ network: Network<S>, _ predictions: Buffer<S>) {
    var start = 0
    for index in heads.indices {
      let count = network.batch * heads[index].head.width * heads[index].head.rows
      heads[index].addPredictions(network, predictions.slice(from: start, count: count))
      start += count
    }
  }
}
