import NNKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Measures kernels as it is told on standard input, one measurement a line, and answers each with one line, so that
// a script can alternate between it and others:
//
//   peak                              GFLOP/s of multiply-adds between registers, one thread
//   fork                              microseconds of an empty run on all threads
//   gemm ROWS COLUMNS INNER LAYOUT    microseconds of a product; LAYOUT is nn, nt or tn
//   packed ROWS COLUMNS INNER         microseconds of a product with a packed right-hand side
//   conv PASS BATCH CHANNELS SIZE OUTPUTS KERNEL PADDING
//                                     microseconds of a convolution; PASS is forward, data or weights
//   conv PASS BATCH CHANNELS SIZE OUTPUTS KERNEL PADDING STRIDE DILATION GROUPS
//                                     the same of any convolution
//   depthwise PASS BATCH CHANNELS SIZE KERNEL STRIDE PADDING
//                                     microseconds of a convolution of every channel by itself
//   pool PASS BATCH CHANNELS SIZE KERNEL STRIDE PADDING
//                                     microseconds of pooling; PASS is max, maxback, average or averageback
//   recur PASS CELL BATCH STEPS FEATURES UNITS LEAST
//                                     microseconds of a recurrence; PASS is predict, forward or train, CELL rnn, lstm or
//                                     gru; lengths run evenly from LEAST to STEPS
//   attend PASS BATCH HEADS STEPS WIDTH
//                                     microseconds of attention; PASS is forward or train
//   copy COUNT PAIRS                  microseconds of copying COUNT floats on all threads, each time to the next of
//                                     PAIRS pairs of arrays
//   map FUNCTION COUNT                microseconds of an activation, `gelu` for instance, over COUNT elements
//   function FUNCTION COUNT           microseconds of a function, `sin` for instance, over COUNT elements
//   drop COUNT                        microseconds of dropout over COUNT elements
//   doubles ROWS COLUMNS INNER        microseconds of a product in double precision
//   softmax ROWS COLUMNS              microseconds of softmax with cross-entropy
//   update COUNT                      microseconds of a momentum step over COUNT parameters
//   adam COUNT                        microseconds of Adam's step over COUNT parameters
//   sum COUNT                         microseconds of a sum of COUNT elements
//
// Its only argument is the number of threads. With one, times are those of the processor, so that other processes disturb
// them little.

func now() -> Double {
  var time = timespec()
  clock_gettime(workers.threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The best of several rounds' microseconds per call.
func microseconds(_ body: () -> Void) -> Double {
  for _ in 0..<3 { body() }
  var count = 1
  while true {
    let start = now()
    for _ in 0..<count { body() }
    if now() - start > 0.01 { break }
    count *= 2
  }
  var rounds: [Double] = []
  for _ in 0..<9 {
    let start = now()
    for _ in 0..<count { body() }
    rounds.append((now() - start) / Double(count))
  }
  return (rounds.min() ?? 0) * 1e6
}

/// Numbers in [-1, 1).
func numbers(_ count: Int, key: UInt64) -> Storage<Float> {
  let stream = RandomStream(key: key)
  let result = Storage<Float>(count: count)
  for i in 0..<count { result.buffer[i] = Float(2 * stream.uniform(UInt64(i)) - 1) }
  return result
}

let activations: [String: Activation] = [
  "sigmoid": .sigmoid, "tanh": .tanh, "relu": .relu, "gelu": .gelu, "silu": .silu, "softplus": .softplus,
  "elu": .elu(alpha: 1),
]

let functions: [String: MathematicalFunction] = [
  "exp": .exp, "log": .log, "sin": .sin, "cos": .cos, "tanh": .tanh, "erf": .erf, "power": .power(1.7),
]

func measureConvolution(_ shape: Convolution, batch: Int, pass: String, _ workers: WorkerPool) -> Double {
  let (x, y) = (numbers(batch * shape.inputCount, key: 1), numbers(batch * shape.outputCount, key: 2))
  let weight = numbers(shape.outputChannels * shape.weightsPerOutput, key: 3)
  return microseconds {
    switch pass {
    case "forward":
      Float.convolve(
        shape, batch: batch, x.buffer, weight.buffer, into: y.buffer, epilogue: Epilogue(), workers: workers)
    case "data":
      Float.convolveBackwardData(
        shape, batch: batch, upstream: y.buffer, weight.buffer, downstream: x.buffer, accumulate: false,
        workers: workers)
    default:
      Float.convolveBackwardWeights(
        shape, batch: batch, x.buffer, upstream: y.buffer, weightGradient: weight.buffer, accumulate: false,
        workers: workers)
    }
  }
}

func measure(_ words: [String], _ workers: WorkerPool) -> Double? {
  let table = KernelTable.of(.current)
  let sizes = words.compactMap { Int($0) }
  switch (words.first, sizes.count) {
  case ("peak", 0):
    var operations = 0
    let time = microseconds { operations = table?.spendOperations(20_000) ?? 0 }
    return Double(operations) / time * 1e-3
  case ("fork", 0): return microseconds { workers.run(chunks: workers.threads) { _ in } }
  case ("gemm", 3):
    let (m, n, k) = (sizes[0], sizes[1], sizes[2])
    let (a, b, c) = (numbers(m * k, key: 1), numbers(n * k, key: 2), Storage<Float>(count: m * n))
    let product = MatrixProduct(
      rows: m, columns: n, inner: k, transposeA: words.last == "tn", transposeB: words.last == "nt")
    return microseconds {
      Float.multiply(product, a.buffer, b.buffer, into: c.buffer, epilogue: Epilogue(), workers: workers)
    }
  case ("packed", 3):
    let (m, n, k) = (sizes[0], sizes[1], sizes[2])
    let (a, b, c) = (numbers(m * k, key: 1), numbers(n * k, key: 2), Storage<Float>(count: m * n))
    let packed = Storage<Float>(count: Float.packedCount(inner: k, columns: n))
    Float.pack(b.buffer, inner: k, columns: n, transposed: true, into: packed.buffer)
    return microseconds {
      Float.multiplyPacked(
        rows: m, inner: k, columns: n, a.buffer, packed.buffer, into: c.buffer, epilogue: Epilogue(), workers: workers)
    }
  case ("conv", 6):
    let shape = Convolution(
      inputChannels: sizes[1], outputChannels: sizes[3], input: Extent(sizes[2], sizes[2]),
      kernel: Extent(sizes[4], sizes[4]), paddingBefore: Extent(sizes[5], sizes[5]),
      paddingAfter: Extent(sizes[5], sizes[5]))
    return measureConvolution(shape, batch: sizes[0], pass: words[1], workers)
  case ("conv", 9):
    let padding = Extent(sizes[5], sizes[5])
    let shape = Convolution(
      inputChannels: sizes[1], outputChannels: sizes[3], input: Extent(sizes[2], sizes[2]),
      kernel: Extent(sizes[4], sizes[4]), stride: Extent(sizes[6], sizes[6]), dilation: Extent(sizes[7], sizes[7]),
      paddingBefore: padding, paddingAfter: padding, groups: sizes[8])
    return measureConvolution(shape, batch: sizes[0], pass: words[1], workers)
  case ("drop", 1):
    let (x, y) = (numbers(sizes[0], key: 1), Storage<Float>(count: sizes[0]))
    return microseconds {
      Float.drop(x.buffer, into: y.buffer, rate: 0.3, RandomStream(key: 7), accumulate: false, workers: workers)
    }
  case ("function", 1):
    guard let function = functions[words[1]] else { return nil }
    let (x, y) = (numbers(sizes[0], key: 1), Storage<Float>(count: sizes[0]))
    return microseconds { Float.map(function, x.buffer, into: y.buffer, workers: workers) }
  case ("doubles", 3):
    let (m, n, k) = (sizes[0], sizes[1], sizes[2])
    func doubles(_ count: Int) -> Storage<Double> {
      let (floats, result) = (numbers(count, key: 1), Storage<Double>(count: count))
      for i in 0..<count { result.buffer[i] = Double(floats.buffer[i]) }
      return result
    }
    let (a, b, c) = (doubles(m * k), doubles(n * k), Storage<Double>(count: m * n))
    return microseconds {
      Double.multiply(
        MatrixProduct(rows: m, columns: n, inner: k), a.buffer, b.buffer, into: c.buffer, epilogue: Epilogue(),
        workers: workers)
    }
  case ("depthwise", 6):
    let padding = Extent(sizes[5], sizes[5])
    let shape = Convolution(
      inputChannels: sizes[1], outputChannels: sizes[1], input: Extent(sizes[2], sizes[2]),
      kernel: Extent(sizes[3], sizes[3]), stride: Extent(sizes[4], sizes[4]), paddingBefore: padding,
      paddingAfter: padding, groups: sizes[1])
    return measureConvolution(shape, batch: sizes[0], pass: words[1], workers)
  case ("pool", 6):
    let shape = Pooling(
      channels: sizes[1], input: Extent(sizes[2], sizes[2]), kernel: Extent(sizes[3], sizes[3]),
      stride: Extent(sizes[4], sizes[4]), padding: Extent(sizes[5], sizes[5]))
    let planes = sizes[0] * shape.channels
    let (x, y) = (numbers(planes * shape.input.area, key: 1), numbers(planes * shape.output.area, key: 2))
    let positions = Storage<Float>(count: y.buffer.count)
    if words[1] == "maxback" {
      Float.maxPool(
        shape, batch: sizes[0], x.buffer, into: y.buffer, positions: positions.buffer, workers: workers)
    }
    return microseconds {
      switch words[1] {
      case "max":
        Float.maxPool(
          shape, batch: sizes[0], x.buffer, into: y.buffer, positions: positions.buffer, workers: workers)
      case "maxback":
        Float.maxPoolBackward(
          shape, batch: sizes[0], positions: positions.buffer, upstream: y.buffer, downstream: x.buffer,
          accumulate: false, workers: workers)
      case "average":
        Float.averagePool(shape, batch: sizes[0], x.buffer, into: y.buffer, workers: workers)
      default:
        Float.averagePoolBackward(
          shape, batch: sizes[0], upstream: y.buffer, downstream: x.buffer, accumulate: false, workers: workers)
      }
    }
  case ("recur", 5):
    let cells: [String: RecurrentCell] = ["rnn": .rnn, "lstm": .lstm, "gru": .gru]
    guard let cell = cells[words[2]] else { return nil }
    return measureRecurrence(
      cell, pass: words[1], batch: sizes[0], steps: sizes[1], features: sizes[2], units: sizes[3], least: sizes[4],
      workers)
  case ("attend", 4):
    return measureAttention(
      pass: words[1], batch: sizes[0], heads: sizes[1], steps: sizes[2], width: sizes[3], workers)
  case ("copy", 2):
    let pairs = (0..<max(1, sizes[1])).map { _ in
      (Storage<Float>(count: sizes[0]), Storage<Float>(count: sizes[0]))
    }
    var next = 0
    return microseconds {
      let (x, y) = (pairs[next].0.buffer, pairs[next].1.buffer)
      workers.run(count: sizes[0], grain: 4096) { y.slice($0).copy(from: x.slice($0)) }
      next = (next + 1) % pairs.count
    }
  case ("map", 1):
    guard let activation = activations[words[1]] else { return nil }
    let (x, y) = (numbers(sizes[0], key: 1), Storage<Float>(count: sizes[0]))
    return microseconds { Float.activate(activation, x.buffer, into: y.buffer, workers: workers) }
  case ("softmax", 2):
    let (x, y) = (numbers(sizes[0] * sizes[1], key: 1), Storage<Float>(count: sizes[0] * sizes[1]))
    let (labels, losses) = (Storage<Float>(count: sizes[0]), Storage<Float>(count: sizes[0]))
    return microseconds {
      Float.softmaxCrossEntropy(
        rows: sizes[0], columns: sizes[1], logits: x.buffer, labels: labels.buffer, ignored: nil,
        probabilities: y.buffer, losses: losses.buffer, workers: workers)
    }
  case ("update", 1):
    let (w, g) = (numbers(sizes[0], key: 1), numbers(sizes[0], key: 2))
    let (v, none) = (Storage<Float>(count: sizes[0]), Storage<Float>(count: 0))
    return microseconds {
      Float.update(
        .sgd(momentum: 0.9, nesterov: false), rate: 1e-3, decay: 0, gradientScale: 1, gradientLimit: .infinity,
        parameters: w.buffer, gradients: g.buffer, first: v.buffer, second: none.buffer,
        starts: [0], workers: workers)
    }
  case ("sum", 1):
    let x = numbers(sizes[0], key: 1)
    var total = 0.0
    return microseconds { total += Float.sum(x.buffer, workers: workers) }
  case ("adam", 1):
    let (w, g) = (numbers(sizes[0], key: 1), numbers(sizes[0], key: 2))
    let (m, v) = (Storage<Float>(count: sizes[0]), Storage<Float>(count: sizes[0]))
    return microseconds {
      Float.update(
        .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 3), rate: 1e-3, decay: 0, gradientScale: 1,
        gradientLimit: .infinity, parameters: w.buffer, gradients: g.buffer, first: m.buffer, second: v.buffer,
        starts: [0], workers: workers)
    }
  default: return nil
  }
}

let workers = WorkerPool(threads: CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1)

while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  if let result = measure(words, workers) { print(result) } else { print("unknown measurement: \(line)") }
  fflush(nil)
}
