import Foundation
import NNCore
import NNKernels
import Testing

@testable import NNTraining

/// Numbers that another implementation wrote: lines of a name, a colon and numbers.
struct Reference {
  private(set) var names: [String] = []
  private var rows: [String: [Double]] = [:]

  init(_ name: String) throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/\(name).txt")
    for line in String(decoding: try Data(contentsOf: path), as: UTF8.self).split(separator: "\n") {
      let parts = line.components(separatedBy: " : ")
      let values = parts.count == 2 ? parts[1].split(separator: " ").compactMap { Double($0) } : []
      names.append(parts[0])
      rows[parts[0]] = values
    }
  }

  func row(_ name: String) throws -> [Double] { try #require(rows[name]) }
}

/// The registered element that a line such as `sgd rate=0.1 momentum=0.9` names, made by its own declaration.
func element(_ text: String) throws -> any ElementValue {
  var registry = Registry()
  try registerStandardTraining(into: &registry)
  let words = text.split(separator: " ").map(String.init)
  let type = try #require(registry.declaration(of: words[0], in: .training))
  var values: [String: AttributeValue] = [:]
  for word in words.dropFirst() {
    let pair = word.split(separator: "=").map(String.init)
    let attribute = try #require(type.schema.attribute(pair[0]))
    values[pair[0]] = try attribute.kind.parse(pair[1].replacingOccurrences(of: "_", with: " "))
  }
  return try type.make(Attributes(values, for: type.schema))
}

/// A layer that only holds parameters, to try optimizers on.
struct Holder: DeclaredLayer {
  static let schema = ElementSchema(.layer, "holder", summary: "Holds parameters.", example: "<holder/>")
  let count: Int
  init(count: Int) { self.count = count }
  init(attributes: Attributes) throws { count = 1 }
  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [Shape(1)],
      parameters: [ParameterPlan("weight", Shape(count), initializer: .zeros, decays: true)], backwardNeeds: [],
      forwardOperations: 0, backwardOperations: 0)
  }
  func forward<S: Scalar>(_ context: ForwardContext<S>) {}
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
