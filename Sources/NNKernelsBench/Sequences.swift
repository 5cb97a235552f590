import NNKernels

/// Microseconds of a recurrence. `pass` is predict (packed weights), forward, or train (forward, backward and the
/// gradients of the parameters); lengths run evenly from `least` to `steps`.
func measureRecurrence(
  _ cell: RecurrentCell, pass: String, batch: Int, steps: Int, features: Int, units: Int, least: Int,
  _ workers: WorkerPool
) -> Double {
  let r = Recurrence(cell, batch: batch, steps: steps, features: features, units: units)
  let x = numbers(batch * steps * features, key: 1)
  let parameters = [r.gateRows * features, r.gateRows * units, r.gateRows, r.gateRows].map { count in
    let storage = numbers(count, key: UInt64(count))
    for i in 0..<count { storage.buffer[i] *= 0.1 }
    return storage
  }
  let gradients = parameters.map { Storage<Float>(count: $0.buffer.count) }
  let weights = RecurrentWeights(
    input: parameters[0].buffer, hidden: parameters[1].buffer, inputBias: parameters[2].buffer,
    hiddenBias: parameters[3].buffer)
  let targets = RecurrentGradients(
    input: GradientTarget(gradients[0].buffer), hidden: GradientTarget(gradients[1].buffer),
    inputBias: GradientTarget(gradients[2].buffer), hiddenBias: GradientTarget(gradients[3].buffer))
  let packed = Storage<Float>(count: Float.packedCount(r))
  Float.pack(r, weights, into: packed.buffer, workers: workers)
  let (saved, y) = (Storage<Float>(count: batch * steps * r.savedPerStep), Storage<Float>(count: batch * steps * units))
  let upstream = numbers(batch * steps * units, key: 3)
  let ends = Storage<Int32>((0..<batch).map { Int32(least + $0 * (steps - least) / max(1, batch - 1)) })
  let lengths = least < steps ? ends.buffer : nil
  return microseconds {
    if pass == "predict" {
      Float.recurPacked(r, lengths: lengths, x.buffer, packed.buffer, into: y.buffer, carried: nil, workers: workers)
      return
    }
    Float.recur(r, lengths: lengths, x.buffer, weights, saved: saved.buffer, into: y.buffer, workers: workers)
    guard pass == "train" else { return }
    Float.recurBackward(
      r, lengths: lengths, weights, saved: saved.buffer, upstream: upstream.buffer, gradients: targets,
      workers: workers)
  }
}

/// Microseconds of attention. `pass` is forward or train (forward and backward).
func measureAttention(
  pass: String, batch: Int, heads: Int, steps: Int, width: Int, _ workers: WorkerPool
) -> Double {
  let features = heads * width
  let a = Attention(
    batch: batch, heads: heads, queries: steps, keys: steps, width: width, queryStride: 3 * features,
    keyStride: 3 * features)
  func arrays(_ storage: Storage<Float>) -> AttentionArrays<Float> {
    let all = storage.buffer
    func from(_ start: Int) -> Buffer<Float> { all.slice(from: start, count: all.count - start) }
    return AttentionArrays(queries: all, keys: from(features), values: from(2 * features))
  }
  let (values, gradients) = (
    numbers(batch * steps * 3 * features, key: 1), numbers(batch * steps * 3 * features, key: 2)
  )
  let (o, upstream) = (numbers(batch * steps * features, key: 3), numbers(batch * steps * features, key: 4))
  let logarithms = Storage<Float>(count: batch * heads * steps)
  return microseconds {
    Float.attend(
      a, AttentionLengths(), arrays(values), into: o.buffer, logarithms: logarithms.buffer, workers: workers)
    guard pass == "train" else { return }
    Float.attendBackward(
      a, AttentionLengths(), arrays(values), output: o.buffer, logarithms: logarithms.buffer,
      upstream: upstream.buffer, gradients: arrays(gradients), workers: workers)
  }
}
