import NNCore

/// Ends a run when a metric has not improved for a while.
public struct EarlyStopping: StoppingRule, DeclaredElement {
  /// The declaration of `<earlyStopping>`.
  public static let schema = ElementSchema(
    .stopping, "earlyStopping", summary: "Ends the training when a metric has not improved for a while.",
    reference: "Prechelt 1998", example: #"<earlyStopping metric="accuracy" patience="10"/>"#,
    attributes: [
      .optional(
        "metric", .choice(Metric.all.map(\.key)), default: .text(Metric.loss.key),
        "What must improve, on the validation set (on the training set if there is none)."),
      .optional(
        "head", .name,
        "The loss that the metric measures, in a net with several; the first one unless given, and for the loss all together."
      ),
      .optional("patience", .integer(1...1_000_000), default: .integer(10), "Epochs without improvement that end it."),
      .optional("minimumChange", .number(.nonNegative), default: .number(0), "What counts as an improvement."),
    ])

  /// The metric that is monitored.
  public let metric: Metric?
  /// The loss that it measures; nil for the net's prediction.
  public let head: String?
  /// Patience: epochs without improvement that end the run.
  public let patience: Int
  /// A smaller change is no improvement.
  public let minimumChange: Double

  /// The rule that an element of a model file declares.
  public init(attributes: Attributes) throws {
    metric = Metric.named(attributes.text("metric")) ?? .loss
    head = attributes.has("head") ? attributes.text("head") : nil
    patience = attributes.integer("patience")
    minimumChange = attributes.number("minimumChange")
  }

  /// A rule with the given settings.
  public init(metric: Metric = .loss, head: String? = nil, patience: Int, minimumChange: Double = 0) {
    self.metric = metric
    self.head = head
    self.patience = patience
    self.minimumChange = minimumChange
  }

  /// That the metric did not improve.
  public var reason: String {
    "the \(watched.key)\(head.map { " of \($0)" } ?? "") did not improve for \(patience) epochs"
  }

  private var watched: Metric { metric ?? .loss }

  /// Compares with the last value that improved by the minimum change; that and the epochs since then are the memory.
  public func ends(after epoch: TrainingRecord, memory: inout [Double]) -> Bool {
    if memory.count != 2 { memory = [watched.improvesUpwards ? -.infinity : .infinity, 0] }
    let value = (epoch.validation ?? epoch.training).value(watched, head: head)
    if let value, value.isFinite, watched.isBetter(value, than: memory[0], by: minimumChange) {
      memory = [value, 0]
      return false
    }
    memory[1] += 1
    return memory[1] >= Double(patience)
  }
}
