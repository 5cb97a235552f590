extension Scalar {
  public static func attend(
    _ attention: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Self>, into o: Buffer<Self>,
    logarithms: Buffer<Self>, workers: WorkerPool
  ) {
    workers.run(count: attention.batch * attention.heads, grain: 1) { range in
      for index in range {
        referenceAttend(
          attention, index / attention.heads, index % attention.heads, lengths, arrays, o, logarithms)
      }
    }
  }

  public static func attendBackward(
    _ attention: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Self>, output: Buffer<Self>,
    logarithms: Buffer<Self>, upstream: Buffer<Self>, gradients: AttentionArrays<Self>, workers: WorkerPool
  ) {
    workers.run(count: attention.batch * attention.heads, grain: 1) { range in
      for index in range {
        referenceAttendBackward(
          attention, index / attention.heads, index % attention.heads, lengths, arrays, output, logarithms, upstream,
          gradients)
      }
    }
  }
}

/// The rows of a head.
private struct HeadRows<S: Scalar> {
  let buffer: Buffer<S>
  let start: Int
  let stride: Int

  init(_ buffer: Buffer<S>, _ start: Int, _ stride: Int) {
    (self.buffer, self.start, self.stride) = (buffer, start, stride)
  }

  @inline(__always)
  subscript(_ row: Int, _ index: Int) -> S {
    get { buffer[start + row * stride + index] }
    nonmutating set { buffer[start + row * stride + index] = newValue }
  }

  func clear(_ rows: Range<Int>, _ width: Int) {
    for row in rows { buffer.slice(from: start + row * stride, count: width).fill(0) }
  }

  @inline(__always)
  func dot(_ row: Int, _ other: HeadRows, _ otherRow: Int, _ width: Int) -> S {
    var sum: S = 0
    for index in 0..<width { sum += self[row, index] * other[otherRow, index] }
    return sum
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceAttend<S: Scalar>(
  _ a: Attention, _ sample: Int, _ head: Int, _ lengths: AttentionLengths, _ arrays: AttentionArrays<S>,
  _ output: Buffer<S>, _ logarithms: Buffer<S>
) {
  let q = HeadRows(arrays.queries, a.queryStart(sample, head), a.queryStride)
  let k = HeadRows(arrays.keys, a.keyStart(sample, head), a.keyStride)
  let v = HeadRows(arrays.values, a.keyStart(sample, head), a.keyStride)
  let o = HeadRows(output, a.outputStart(sample, head), a.outputStride)
  let (queries, keys) = (a.queryCount(lengths.queries, sample), a.keyCount(lengths.keys, sample))
  let scale = S(a.scale)
  o.clear(0..<a.queries, a.width)
  for query in 0..<queries {
    let count = a.readKeys(query, of: keys)
    var top = -S.infinity
    for key in 0..<count { top = max(top, scale * q.dot(query, k, key, a.width)) }
    var total: S = 0
    for key in 0..<count {
      let weight = S.exp(scale * q.dot(query, k, key, a.width) - top)
      total += weight
      for index in 0..<a.width { o[query, index] += weight * v[key, index] }
    }
    for index in 0..<a.width { o[query, index] /= total }
    if logarithms.count > 0 { logarithms[(sample * a.heads + head) * a.queries + query] = top + S.log(total) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceAttendBackward<S: Scalar>(
  _ a: Attention, _ sample: Int, _ head: Int, _ lengths: AttentionLengths, _ arrays: AttentionArrays<S>,
  _ output: Buffer<S>, _ logarithms: Buffer<S>, _ upstream: Buffer<S>, _ gradients: AttentionArrays<S>
) {
  let q = HeadRows(arrays.queries, a.queryStart(sample, head), a.queryStride)
  let k = HeadRows(arrays.keys, a.keyStart(sample, head), a.keyStride)
  let v = HeadRows(arrays.values, a.keyStart(sample, head), a.keyStride)
  let o = HeadRows(output, a.outputStart(sample, head), a.outputStride)
  let g = HeadRows(upstream, a.outputStart(sample, head), a.outputStride)
  let dq = HeadRows(gradients.queries, a.queryStart(sample, head), a.queryStride)
  let dk = HeadRows(gradients.keys, a.keyStart(sample, head), a.keyStride)
  let dv = HeadRows(gradients.values, a.keyStart(sample, head), a.keyStride)
  let keys = a.keyCount(lengths.keys, sample)
  let scale = S(a.scale)
  dq.clear(0..<a.queries, a.width)
  dk.clear(0..<a.keys, a.width)
  dv.clear(0..<a.keys, a.width)
  for query in 0..<a.queryCount(lengths.queries, sample) {
    let logarithm = logarithms[(sample * a.heads + head) * a.queries + query]
    let mean = g.dot(query, o, query, a.width)
    for key in 0..<a.readKeys(query, of: keys) {
      let weight = S.exp(scale * q.dot(query, k, key, a.width) - logarithm)
      let slope = scale * weight * (g.dot(query, v, key, a.width) - mean)
      for index in 0..<a.width {
        dv[key, index] += weight * g[query, index]
        dq[query, index] += slope * k[key, index]
        dk[key, index] += slope * q[query, index]
      }
    }
  }
}
