import Foundation
import LossLayers
import NNCore
import NNKernels
import Testing

@testable import NNTraining

/// The table of metrics against scikit-learn's.
@Suite struct MetricTests {
  private static let reference = try? Reference("scores")

  /// The names of the cases: random data of several kinds, plain and weighted.
  static let cases: [String] = (reference?.names ?? []).filter { $0.hasSuffix(" data") }.map { String($0.dropLast(5)) }

  /// The head whose predictions a case holds.
  private func head(_ name: String, width: Int) throws -> Head {
    let (loss, form): (any Layer, TargetForm) =
      if name.contains("binary") || name.contains("no yes") {
        (BinaryCrossEntropy(), .classes(count: 2, shape: Shape(1)))
      } else if name.hasPrefix("labels") {
        (BinaryCrossEntropy(), .values(Shape(width)))
      } else if name.hasPrefix("values") || name.hasPrefix("outputs") {
        (Quantile(level: name.hasPrefix("values") ? 0.9 : 0.3), .values(Shape(width)))
      } else if name.hasPrefix("scores") {
        (Hinge(), .classes(count: width, shape: Shape(1)))
      } else {
        (SoftmaxCrossEntropy(), .classes(count: width, shape: Shape(1)))
      }
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(width))
    try definition.add(loss)
    return Head(try NetworkPlan(definition, targets: ["label": form]), 0)
  }

  /// A case's samples, added in batches of seven.
  private func evaluation(_ name: String) throws -> HeadEvaluation {
    let reference = try #require(Self.reference)
    let data = try reference.row(name + " data").map { Int($0) }
    let head = try head(name, width: data[0])
    var found = HeadEvaluation(head, topCount: 0, detail: .predictions, samples: data[1])
    func storage(_ row: String) throws -> Storage<Double> {
      let values = try reference.row("\(name) \(row)")
      let storage = Storage<Double>(count: values.count)
      for index in values.indices { storage.buffer[index] = values[index] }
      return storage
    }
    let (predictions, targets, weights) = (try storage("predictions"), try storage("targets"), try storage("weights"))
    let targetWidth = targets.buffer.count / data[1]
    for start in stride(from: 0, to: data[1], by: 7) {
      let count = min(7, data[1] - start)
      found.add(
        count, predictions.buffer.slice(from: start * data[0], count: count * data[0]),
        targets.buffer.slice(from: start * targetWidth, count: count * targetWidth),
        weights.buffer.slice(from: start, count: count), mayHoldNaN: true)
    }
    return found
  }

  private func agrees(_ found: Double?, _ expected: Double) -> Bool {
    found.map { ($0 - expected).magnitude <= 1e-12 * max(1, expected.magnitude) } ?? false
  }

  @Test func theFixturesAreWhole() throws {
    #expect(Self.cases.count == 20)
    let names = try #require(Self.reference).names
    for metric in Metric.all where metric != .loss {
      #expect(names.contains { $0.hasSuffix(" " + metric.key) }, "\(metric.key)")
    }
  }

  @Test(arguments: cases) func agreesWithScikitLearn(_ name: String) throws {
    let reference = try #require(Self.reference)
    let found = try evaluation(name)
    for metric in Metric.all where metric != .loss {
      let row = "\(name) \(metric.key)"
      if reference.names.contains(row) {
        let expected = try reference.row(row)[0]
        #expect(
          agrees(metric.value(found), expected), "\(row): \(String(describing: metric.value(found))), \(expected)")
      } else {
        // What scikit-learn gives no number for has none here, and says why.
        #expect(metric.value(found) == nil, "\(row)")
        #expect(!metric.measures(found.head) || metric.undefinedReason != nil, "\(row)")
      }
    }
    func compare(_ values: [Double?]?, _ key: String) throws {
      guard let values, reference.names.contains("\(name) \(key) of each") else { return }
      let expected = try reference.row("\(name) \(key) of each")
      #expect(values.count == expected.count)
      for (value, number) in zip(values, expected) { #expect(agrees(value ?? 0, number), "\(name) \(key)") }
    }
    try compare(found.perClass?.map(\.precision), "precision")
    try compare(found.perClass?.map(\.recall), "recall")
    try compare(found.perClass?.map(\.f1), "f1")
    try compare(found.rmsePerOutput, "rmse")
    try compare(found.r2PerOutput, "r2")
    if reference.names.contains(name + " confusion") {
      let matrix = try reference.row(name + " confusion")
      let rows = try #require(found.confusionMatrix).flatMap { $0 }
      for (value, number) in zip(rows, matrix) { #expect(agrees(value, number)) }
    }
  }

  @Test func everyMetricIsDocumented() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../docs/METRICS.md")
    let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
    for metric in Metric.all { #expect(text.contains("`\(metric.key)`"), "\(metric.key)") }
  }

  /// What is not gathered has no value, and is not among the metrics.
  @Test func sumsAloneGiveFewMetrics() throws {
    let head = try head("classes", width: 3)
    var found = HeadEvaluation(head, topCount: 0, detail: .sums, samples: 0)
    let (scores, labels) = (Storage<Double>(count: 6), Storage<Double>(count: 2))
    labels.buffer[1] = 2
    found.add(2, scores.buffer, labels.buffer, nil, mayHoldNaN: false)
    #expect(found.metrics.map(\.key) == ["loss", "accuracy"])
    for metric in Metric.all where metric.detail == .predictions { #expect(metric.value(found) == nil) }
  }

  /// A prediction that is NaN is wrong, and has no place in an order.
  @Test func nanHasNoRank() throws {
    let head = try head("binary", width: 1)
    var found = HeadEvaluation(head, topCount: 0, detail: .predictions, samples: 4)
    let (scores, labels) = (Storage<Double>(count: 4), Storage<Double>(count: 4))
    for (index, value) in [0.9, .nan, 0.2, 0.7].enumerated() { scores.buffer[index] = value }
    for (index, value) in [1.0, 1, 0, 0].enumerated() { labels.buffer[index] = value }
    found.add(4, scores.buffer, labels.buffer, nil, mayHoldNaN: true)
    #expect(Metric.named("auc")?.value(found)?.isNaN ?? false)
    #expect(Metric.named("logLoss")?.value(found)?.isNaN ?? false)
    #expect(Metric.named("recall")?.value(found) == 0.5)
    #expect(Metric.named("balancedAccuracy")?.value(found) == 0.5)
  }

  /// Targets between no and yes are no labels.
  @Test func softTargetsAreNoLabels() throws {
    let head = try head("labels", width: 2)
    var found = HeadEvaluation(head, topCount: 0, detail: .predictions, samples: 1)
    let (scores, targets) = (Storage<Double>(count: 2), Storage<Double>(count: 2))
    targets.buffer[0] = 0.5
    found.add(1, scores.buffer, targets.buffer, nil, mayHoldNaN: false)
    #expect(found.metrics.map(\.key) == ["loss"])
  }
}
