/// The shape of scaled dot-product attention with several heads: o = softmax(q k^T / sqrt(width)) v for each sample and
/// head; Vaswani et al. 2017.
///
/// q and o have `queries` rows for each sample, k and v `keys` rows; head h is `width` scalars of a row from h width on.
/// A sample has as many valid queries and keys as its lengths say, at least one. Padding is not read. A causal query reads
/// only the keys up to its own position.
public struct Attention: Sendable, Hashable {
  public var batch: Int
  public var heads: Int
  public var queries: Int
  public var keys: Int
  public var width: Int
  public var isCausal: Bool
  /// Scalars from row to row of q, of k and v, and of o.
  public var queryStride: Int
  public var keyStride: Int
  public var outputStride: Int

  public init(
    batch: Int, heads: Int, queries: Int, keys: Int, width: Int, isCausal: Bool = false, queryStride: Int? = nil,
    keyStride: Int? = nil, outputStride: Int? = nil
  ) {
    self.batch = batch
    self.heads = heads
    self.queries = queries
    self.keys = keys
    self.width = width
    self.isCausal = isCausal
    self.queryStride = queryStride ?? heads * width
    self.keyStride = keyStride ?? heads * width
    self.outputStride = outputStride ?? heads * width
  }

  /// The factor of the products.
  public var scale: Double { 1 / Double(width).squareRoot() }

  /// The valid queries and keys of a sample.
  public func queryCount(_ lengths: Buffer<Int32>?, _ sample: Int) -> Int { Self.length(lengths, sample, queries) }
  public func keyCount(_ lengths: Buffer<Int32>?, _ sample: Int) -> Int { Self.length(lengths, sample, keys) }

  private static func length(_ lengths: Buffer<Int32>?, _ sample: Int, _ most: Int) -> Int {
    guard let lengths else { return most }
    return Swift.min(most, Swift.max(1, Int(lengths[sample])))
  }

  /// The keys that a query reads, of `count` valid ones: the first so many.
  @inlinable public func readKeys(_ query: Int, of count: Int) -> Int { isCausal ? Swift.min(count, query + 1) : count }

  /// The first scalar of a sample's head in q (and its gradient), in k and v, and in o.
  @inlinable public func queryStart(_ sample: Int, _ head: Int) -> Int {
    sample * queries * queryStride + head * width
  }
  @inlinable public func keyStart(_ sample: Int, _ head: Int) -> Int { sample * keys * keyStride + head * width }
  @inlinable public func outputStart(_ sample: Int, _ head: Int) -> Int {
    sample * queries * outputStride + head * width
  }
}

/// The valid queries and keys of every sample; nil where all are valid.
public struct AttentionLengths: Sendable {
  public var queries: Buffer<Int32>?
  public var keys: Buffer<Int32>?

  public init(queries: Buffer<Int32>? = nil, keys: Buffer<Int32>? = nil) {
    self.queries = queries
    self.keys = keys
  }
}

/// Queries, keys and values, or their gradients.
public struct AttentionArrays<S: BitwiseCopyable>: Sendable {
  public var queries: Buffer<S>
  public var keys: Buffer<S>
  public var values: Buffer<S>

  public init(queries: Buffer<S>, keys: Buffer<S>, values: Buffer<S>) {
    self.queries = queries
    self.keys = keys
    self.values = values
  }
}
