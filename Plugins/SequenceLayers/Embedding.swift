import NNCore
import NNKernels

/// An embedding: a learned vector for each entry of a vocabulary.
public struct Embedding: IndexReadingLayer, DeclaredElement {
  /// The declaration of `<embedding>`.
  public static let schema = ElementSchema(
    .layer, "embedding",
    summary: "Puts a learned vector in the place of each whole number; reads an input of kind=\"index\".",
    formula: "y_t = W[x_t]; dW[k] = sum of dy_t where x_t = k",
    reference: "as torch.nn.Embedding; weight is entries x size",
    example: #"<input name="words" shape="40" kind="index" entries="5000"/><embedding size="32"/>"#,
    attributes: [
      .required("size", .integer(1...Shape.maximumElementCount), "The numbers of a vector."),
      .optional(
        "entries", .integer(1...Shape.maximumElementCount),
        "The number of vectors, at least as many as the input has entries; as many unless given."),
      .optional(
        "padding", .integer(0...Shape.maximumElementCount),
        "An entry that means nothing: its vector is 0, whatever the weights hold, and is never trained."),
      .optional(
        "initScale", .number(.nonNegative), default: .number(1),
        "Standard deviation of the normal numbers that the vectors are drawn from."),
    ])

  /// The numbers of a vector.
  public let size: Int
  /// The entry whose vector is 0 and never trained.
  public let padding: Int?
  private let initialDeviation: Double
  /// The number of vectors; nil until the input that says it is known.
  public private(set) var entries: Int?

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    size = attributes.integer("size")
    padding = attributes.has("padding") ? attributes.integer("padding") : nil
    initialDeviation = attributes.number("initScale")
    entries = attributes.has("entries") ? attributes.integer("entries") : nil
  }

  /// The layer; without `entries`, as many as its input has.
  public init(size: Int, entries: Int? = nil, padding: Int? = nil, initialDeviation: Double = 1) {
    self.size = size
    self.entries = entries
    self.padding = padding
    self.initialDeviation = initialDeviation
  }

  /// The layer for an input of so many entries. Throws an `ElementError` if it has fewer vectors.
  public func reading(entries count: Int) throws(ElementError) -> Embedding {
    if let entries, entries < count {
      throw ElementError(
        code: "out-of-range", "<embedding> has \(entries) entries, but its input counts \(count)",
        remedy: "leave entries out", attribute: "entries")
    }
    var layer = self
    layer.entries = entries ?? count
    return layer
  }

  /// One vector for each number of the input; `weight` of entries x size. Throws an `ElementError` for a table that would
  /// be too large, or for a padding that is no entry.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard let entries else {
      throw ElementError(
        code: "missing-attribute", "<embedding> does not know how many entries there are",
        remedy: "let it read an <input kind=\"index\" entries=\"...\"/>")
    }
    guard let table = Shape([entries, size]), let output = Shape(inputs[0].dimensions + [size]) else {
      throw ElementError(
        code: "too-many-parameters",
        "<embedding> would make more than the \(Shape.maximumElementCount) elements that are possible",
        attribute: "size")
    }
    if let padding, padding >= entries {
      throw ElementError(
        code: "out-of-range", "the padding \(padding) is none of the \(entries) entries",
        remedy: "they are numbered from 0 to \(entries - 1)", attribute: "padding")
    }
    let initializer = Initializer.normal(deviation: initialDeviation)
    return LayerPlan(
      outputs: [output],
      parameters: [
        ParameterPlan(
          "weight", table, initializer: padding.map { .zeroRow($0, others: initializer) } ?? initializer,
          fanIn: entries, fanOut: size, decays: true)
      ], backwardNeeds: .inputs, forwardOperations: output.elementCount, backwardOperations: output.elementCount)
  }

  /// Computes each step by itself.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y_t = W[x_t], 0 for the padding. A number that is no entry, which data sets do not hold, becomes NaN.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (indices, weight, output) = (context.input.buffer, context.parameters[0].buffer, context.output.buffer)
    let (size, entries, padding) = (size, weight.count / size, padding)
    context.workers.run(count: indices.count, grain: max(1, 16384 / size)) { range in
      for position in range {
        let vector = output.slice(from: position * size, count: size)
        if let index = entry(indices[position], entries) {
          guard index != padding else {
            vector.fill(0)
            continue
          }
          vector.copy(from: weight.slice(from: index * size, count: size))
        } else {
          vector.fill(S.nan)
        }
      }
    }
  }

  /// dW[k] = the sum of dy_t over the places where x_t = k, in the order of the places, whatever the threads.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.parameterGradients[0]
    guard slot.isWanted else { return }
    let (indices, upstream) = (context.inputs[0].buffer, context.upstream[0].buffer)
    let gradient = slot.tensor.buffer
    let (size, entries, padding) = (size, gradient.count / size, padding)
    // Each chunk looks at all places, so that there are few.
    context.workers.run(count: entries, grain: max((entries + 7) / 8, 16384 / size)) { range in
      if !slot.accumulates { gradient.slice((range.lowerBound * size)..<(range.upperBound * size)).fill(0) }
      for position in 0..<indices.count {
        guard let index = entry(indices[position], entries), range.contains(index), index != padding else { continue }
        let vector = gradient.slice(from: index * size, count: size)
        for i in 0..<size { vector[i] += upstream[position * size + i] }
      }
    }
  }
}

/// A number as an index; nil if it is none.
@inline(__always)
private func entry<S: Scalar>(_ value: S, _ entries: Int) -> Int? {
  value >= 0 && value < S(entries) ? Int(value) : nil
}
