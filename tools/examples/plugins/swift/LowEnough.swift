import NNCore
import NNTraining

/// Ends a training once its loss is low enough.
struct LowEnough: StoppingRule, DeclaredElement {
  static let schema = ElementSchema(
    .stopping, "lowEnough", namespace: "urn:lion:training", summary: "Ends the training once the loss is low enough.",
    formula: "loss <= below", example: #"<l:lowEnough below="0.1"/>"#,
    attributes: [
      .required("below", .number(.positive), "The loss of the validation set, else of the training set, that ends it.")
    ])

  let below: Double
  let metric: Metric? = .loss
  var reason: String { "the loss is at most \(below)" }

  init(attributes: Attributes) throws { below = attributes.number("below") }

  func ends(after epoch: TrainingRecord, memory: inout [Double]) -> Bool {
    (epoch.validation ?? epoch.training).loss <= below
  }
}
