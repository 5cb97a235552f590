import NNCore
import NNKernels

/// The sizes of an attention layer for inputs of given shapes, and where its values lie.
struct AttentionSizes {
  let heads: Int
  let isCausal: Bool
  let queries: Int
  let keys: Int
  let features: Int
  /// Whether keys and values come from a second input.
  let readsMemory: Bool

  /// The projections: of each input, then of what attention takes. Queries, keys and values of one sequence are projected
  /// together.
  var projections: Int { readsMemory ? 3 : 2 }

  /// The columns of a projection.
  func columns(_ projection: Int) -> Int {
    if projection == projections - 1 { return features }
    return (readsMemory ? projection + 1 : 3) * features
  }

  /// Scalars for each sample of queries, keys, values and what attention takes, or of their gradients.
  var values: Int {
    Count.sum(Count.product(2, queries, features), Count.product(2, keys, features))
  }

  /// Operations of a sample's forward pass.
  var operations: Int {
    Count.sum(
      Count.product(4, queries, features, features), Count.product(4, keys, features, features),
      Count.product(4, queries, keys, features), Count.product(20, heads, queries, keys))
  }

  /// The kernel's shape.
  func attention(batch: Int) -> NNKernels.Attention {
    NNKernels.Attention(
      batch: batch, heads: heads, queries: queries, keys: keys, width: features / heads, isCausal: isCausal,
      queryStride: readsMemory ? features : 3 * features, keyStride: readsMemory ? 2 * features : 3 * features,
      outputStride: features)
  }

  /// The lengths of queries and keys.
  func lengths(_ inputs: [Buffer<Int32>?]) -> AttentionLengths {
    AttentionLengths(queries: inputs[0], keys: readsMemory ? inputs[1] : inputs[0])
  }

  /// A batch's values: the projections of the first input and of the second, and what attention takes. Those of a
  /// sequence that is its own memory have no second.
  func split<S: Scalar>(_ memory: Buffer<S>, batch: Int) -> (queries: Buffer<S>, keys: Buffer<S>, output: Buffer<S>) {
    let own = batch * queries * columns(0)
    let other = readsMemory ? batch * keys * 2 * features : 0
    return (
      memory.slice(from: 0, count: own), memory.slice(from: own, count: other),
      memory.slice(from: own + other, count: batch * queries * features)
    )
  }

  /// Queries, keys and values among a batch's values.
  func arrays<S: Scalar>(
    _ values: (queries: Buffer<S>, keys: Buffer<S>, output: Buffer<S>)
  ) -> AttentionArrays<S> {
    func from(_ buffer: Buffer<S>, _ start: Int) -> Buffer<S> { buffer.slice(from: start, count: buffer.count - start) }
    return readsMemory
      ? AttentionArrays(queries: values.queries, keys: values.keys, values: from(values.keys, features))
      : AttentionArrays(
        queries: values.queries, keys: from(values.queries, features), values: from(values.queries, 2 * features))
  }

  /// The logarithms that a pass saves.
  func logarithms<S: Scalar>(_ saved: Buffer<S>, batch: Int) -> Buffer<S> {
    saved.slice(from: 2 * batch * (queries + keys) * features, count: batch * heads * queries)
  }

  /// No logarithms.
  func none<S: Scalar>(_ memory: Buffer<S>) -> Buffer<S> { memory.slice(from: 0, count: 0) }
}
