import NNCore
import NNKernels

/// The product W x of a matrix and a vector or matrix, sample by sample.
public struct MatrixMultiply: DeclaredLayer {
  /// The declaration of `<matmul>`.
  public static let schema = ElementSchema(
    .layer, "matmul", summary: "The product of two matrices, or of a matrix and a vector, for each sample.",
    formula: "f = W x; dW = df x^T, dx = W^T df", example: #"<matmul from="left right"/>"#, inputs: 2...2)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    let left = inputs[1].rank == 1 ? "outer({g}, {1})" : "{g} @ {1}.T"
    return LayerFormula("@", "{0} @ {1}", gradients: [left, "{0}.T @ {g}"])
  }

  /// Rows x columns of the product. Throws an `ElementError` if the inner sizes differ.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (left, right) = (inputs[0], inputs[1])
    guard left.rank == 2, (1...2).contains(right.rank), left[1] == right[0],
      let output = Shape(right.rank == 1 ? [left[0]] : [left[0], right[1]])
    else {
      throw ElementError.shape(
        "<matmul> cannot multiply the shapes \(left) and \(right)",
        remedy: "the first must be a matrix of as many columns as the second has rows")
    }
    let operations = Count.product(2, output.elementCount, left[1])
    return LayerPlan(
      outputs: [output], backwardNeeds: .inputs, forwardOperations: operations, backwardOperations: 2 * operations)
  }

  /// f = W x, sample by sample.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let sizes = Sizes(context.inputs[0], context.inputs[1])
    sizes.forEachSample(context.batch, context.workers) { sample in
      S.multiply(
        MatrixProduct(rows: sizes.rows, columns: sizes.columns, inner: sizes.inner),
        sizes.left(context.inputs[0].buffer, sample), sizes.right(context.inputs[1].buffer, sample),
        into: sizes.product(context.output.buffer, sample), epilogue: Epilogue(), workers: context.workers)
    }
  }

  /// dW = df x^T; dx = W^T df.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let sizes = Sizes(context.inputs[0], context.inputs[1])
    let (left, right) = (context.downstream[0], context.downstream[1])
    sizes.forEachSample(context.batch, context.workers) { sample in
      let upstream = sizes.product(context.upstream[0].buffer, sample)
      if left.isWanted {
        S.multiply(
          MatrixProduct(rows: sizes.rows, columns: sizes.inner, inner: sizes.columns, transposeB: true), upstream,
          sizes.right(context.inputs[1].buffer, sample), into: sizes.left(left.tensor.buffer, sample),
          epilogue: Epilogue(accumulate: left.accumulates), workers: context.workers)
      }
      if right.isWanted {
        S.multiply(
          MatrixProduct(rows: sizes.inner, columns: sizes.columns, inner: sizes.rows, transposeA: true),
          sizes.left(context.inputs[0].buffer, sample), upstream, into: sizes.right(right.tensor.buffer, sample),
          epilogue: Epilogue(accumulate: right.accumulates), workers: context.workers)
      }
    }
  }

  /// The sizes and strides of one sample's matrices.
  private struct Sizes {
    var rows: Int
    var inner: Int
    var columns: Int

    init<S: Scalar>(_ left: Tensor<S>, _ right: Tensor<S>) {
      rows = left.shape[1]
      inner = left.shape[2]
      columns = right.shape.rank == 3 ? right.shape[2] : 1
    }

    /// Threads share samples if there are enough of them and products are small; else each product is shared.
    func forEachSample(_ batch: Int, _ workers: WorkerPool, _ body: (_ sample: Int) -> Void) {
      let operations = rows * inner * columns
      guard batch > 2, operations < 1 << 22 else {
        for sample in 0..<batch { body(sample) }
        return
      }
      workers.reserveScratch { body(0) }
      workers.run(count: batch - 1, grain: max(1, (1 << 19) / max(1, operations))) { samples in
        for sample in samples { body(sample + 1) }
      }
    }

    func left<S: Scalar>(_ buffer: Buffer<S>, _ sample: Int) -> Buffer<S> {
      buffer.slice(from: sample * rows * inner, count: rows * inner)
    }

    func right<S: Scalar>(_ buffer: Buffer<S>, _ sample: Int) -> Buffer<S> {
      buffer.slice(from: sample * inner * columns, count: inner * columns)
    }

    func product<S: Scalar>(_ buffer: Buffer<S>, _ sample: Int) -> Buffer<S> {
      buffer.slice(from: sample * rows * columns, count: rows * columns)
    }
  }
}
