import NNCore
import NNKernels

/// Batch normalization of a batch that is cut into shards, by the mean and the variance of the whole batch.
///
/// With n_k numbers of a channel in shard k, their mean m_k and biased variance v_k, and N in all (Chan, Golub and LeVeque 1979):
///
///     m = sum_k n_k m_k / N
///     v = sum_k n_k (v_k + (m_k - m)^2) / N
///
/// Backward, the sums of dy and of dy (x - m) are those over all shards. The gradients of w and b are sums over samples, so
/// each shard has its own.
extension BatchNorm {
  /// The sums for the mean, then those for the variance.
  package func forwardSums(_ inputs: [Shape]) -> [Int] {
    let size = ChannelLayout(inputs[0]).channels
    return [size, size]
  }

  /// The sums of dy and of dy (x - m).
  package func backwardSums(_ inputs: [Shape]) -> [Int] { [2 * ChannelLayout(inputs[0]).channels] }

  /// Measures the shard, then how far its mean is from that of the batch, then maps it.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func forward<S: Scalar>(_ context: ForwardContext<S>, round: Int, samples: Int, sums: Buffer<Double>) {
    let channels = channels(context)
    let pixels = channels.layout.pixels
    let (means, variances) = kept(context)
    let (own, all) = (Double(context.batch * pixels), Double(samples * pixels))
    switch round {
    case 0:
      channels.moments(means: means, variances: variances)
      forEachChannel(means.count, context.workers) { c in sums[c] = own * Double(means[c]) }
    case 1:
      forEachChannel(means.count, context.workers) { c in
        let mean = sums[c] / all
        let distance = Double(means[c]) - mean
        sums[c] = own * (Double(variances[c]) + distance * distance)
        means[c] = S(mean)
      }
    default:
      forEachChannel(means.count, context.workers) { c in variances[c] = S(sums[c] / all) }
      moveRunning(context, count: all)
      map(context)
    }
  }

  /// Sums over the shard, then the gradient of x by the sums over all.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func backward<S: Scalar>(_ context: BackwardContext<S>, round: Int, samples: Int, sums: Buffer<Double>) {
    let layout = ChannelLayout(context.inputs[0].shape.sample)
    let size = layout.channels
    let totals = context.scratch.slice(from: 0, count: size)
    let products = context.scratch.slice(from: size, count: size)
    if round == 0 {
      sumProducts(context)
      forEachChannel(size, context.workers) { c in (sums[c], sums[size + c]) = (Double(totals[c]), Double(products[c]))
      }
    } else {
      forEachChannel(size, context.workers) { c in (totals[c], products[c]) = (S(sums[c]), S(sums[size + c])) }
      combine(context, totals, products, count: samples * layout.pixels)
    }
  }
}
