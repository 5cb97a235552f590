import NNCore
import NNFiles
import NNKernels

/// Runs a trained net forward: planned once, then predicting without taking memory.
///
/// A sample's prediction has the same bits whatever batch it comes in and whatever the number of threads. One thread at
/// a time may use a predictor; several predictors may share weights files but not memory.
public final class Predictor<S: Scalar>: BatchPredictor {
  /// The net as it was trained.
  public let plan: NetworkPlan
  /// The net that computes batches which are not cut.
  private let network: Network<S>
  /// The threads that share the work.
  var workers: WorkerPool { network.workers }
  /// The arrays that layers update, of the net that computes whole batches.
  var state: Buffer<S> { network.state }
  private let parts: BatchParts
  /// Nets of the same parameters that compute parts of a batch, one for each worker; none if no batch is cut.
  private let partNetworks: [Network<S>]
  /// What is predicted besides the net's prediction, in the net that computes: outputs of other losses.
  private let others: [NetworkDefinition.Value]
  /// Scalars of one sample's prediction of each of them.
  private let otherCounts: [Int]
  /// Samples of the last batch.
  private var lastBatch = 1

  /// The net's free inputs, which a call fills; the others keep their fixed values.
  private let freeInputs: [Int]
  /// Scalars of one sample's input, for each free input of the net in their order.
  public let inputCounts: [Int]
  /// For each free input, the lengths that a sample may have; nil where all samples have the shape's steps.
  public let lengthRanges: [ClosedRange<Int>?]
  /// Scalars of one sample's prediction.
  public let outputCount: Int
  /// The most samples that are computed at once; longer calls are cut.
  public let maximumBatch: Int
  /// Bytes taken between input and output.
  public var arenaBytes: Int { partNetworks.reduce(network.arenaBytes) { $0 + $1.arenaBytes } }

  /// A predictor with a packed copy of the given parameters.
  ///
  /// Throws a `DiagnosticError` if there is too little memory.
  ///
  /// - Parameters:
  ///   - plan: the net as it was trained.
  ///   - parameters: laid out as the plan says.
  ///   - state: the arrays that layers update in training, laid out as the plan says.
  ///   - batch: the most samples computed at once.
  public convenience init(
    _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, batch: Int = 64, workers: WorkerPool
  ) throws {
    try self.init(plan, and: [], parameters: parameters, state: state, batch: batch, workers: workers)
  }

  /// The same for a net that predicts at several losses in one pass.
  ///
  /// - Parameter others: what is predicted besides the plan's prediction: outputs of other losses.
  init(
    _ plan: NetworkPlan, and others: [NetworkDefinition.Value], parameters: Buffer<S>, state: Buffer<S>, batch: Int,
    workers: WorkerPool
  ) throws {
    self.plan = plan
    otherCounts = others.map { plan.shape(of: $0).elementCount }
    freeInputs = plan.definition.freeInputs
    inputCounts = freeInputs.map { plan.definition.inputs[$0].shape.elementCount }
    lengthRanges = freeInputs.map { index in
      let input = plan.definition.inputs[index]
      return input.hasLength ? plan.leastSteps(ofInput: index).steps...input.shape[0] : nil
    }
    outputCount = plan.shape(of: plan.prediction).elementCount
    let graph = try PredictionGraph(
      plan, predicting: [plan.prediction] + others, parameters: parameters, state: state)
    let rewritten = try NetworkPlan(graph.definition, targets: plan.targets).predicting(graph.predictions[0])
    self.others = Array(graph.predictions.dropFirst())
    maximumBatch = batch
    let parts = BatchParts(
      operationsPerSample: Count.sum(rewritten.layers.lazy.map(\.forwardOperations)), threads: workers.threads)
    // The given parameters, which are copied, are in memory already.
    try NetworkMemory.require(
      rewritten, batch: batch, options: NetworkOptions(isTrained: false), scalarSize: MemoryLayout<S>.size)
    let network = Network<S>(
      rewritten, batch: parts.largestWhole(batch), options: NetworkOptions(isTrained: false), workers: workers)
    self.network = network
    self.parts = parts
    partNetworks =
      parts.count(batch) == 1
      ? [] : (0..<workers.threads).map { _ in Network(sharing: network, batch: parts.largest(batch)) }
    // Whichever net a thread happens to need for the first time later, its arrays have been separated by then.
    for part in partNetworks { part.setBatch(1) }
    for (node, source) in graph.sources.enumerated() { fill(node, source, parameters, state) }
  }

  /// Gives a node its parameters and state.
  private func fill(_ node: Int, _ source: PredictionGraph<S>.Source, _ parameters: Buffer<S>, _ state: Buffer<S>) {
    let own = network.plan.parametersOfNode[node].map(network.parameter)
    switch source {
    case .packed(let original, let layer):
      withArrays(original, parameters) { layer.pack($0, into: own, workers: network.workers) }
    case .node, .scaled, .affine:
      withArrays(source, parameters) { for (own, other) in zip(own, $0) { own.buffer.copy(from: other.buffer) } }
    }
    guard let original = source.node else { return }
    for (own, other) in zip(network.plan.statesOfNode[node], plan.statesOfNode[original]) {
      network.state.slice(network.plan.states[own].range).copy(from: state.slice(plan.states[other].range))
    }
  }

  private typealias ShapedStorage = (shape: Shape, storage: Storage<S>)

  /// Calls `body` with a layer's parameters, as `arrays` gives them, while their memory exists.
  private func withArrays(
    _ source: PredictionGraph<S>.Source, _ parameters: Buffer<S>, _ body: ([Tensor<S>]) -> Void
  ) {
    let storages = arrays(source, parameters)
    withExtendedLifetime(storages) { body(storages.map { Tensor(shape: $0.shape, buffer: $0.storage.buffer) }) }
  }

  /// A layer's parameters, in the plan's order, as the original net has them or scaled.
  private func arrays(_ source: PredictionGraph<S>.Source, _ parameters: Buffer<S>) -> [ShapedStorage] {
    switch source {
    case .node(let index):
      return plan.parametersOfNode[index].map { position in
        let parameter = plan.parameters[position]
        return (parameter.plan.shape, Storage(parameters.slice(parameter.range).array))
      }
    case .scaled(let index, let channels, let scaling):
      var result = arrays(.node(index), parameters)
      let weight = result[channels.weight]
      var weights = weight.storage.array.map { Double($0) }
      scaling.apply(to: &weights, weight.shape, channels)
      result[channels.weight].storage = Storage(weights.map { S($0) })
      let bias = channels.bias.map { result[$0].storage.array.map { Double($0) } }
      let shifted = (Shape(scaling.shift.count), Storage(scaling.applied(to: bias).map { S($0) }))
      // A layer that had no bias has it behind its other parameters now.
      if let place = channels.bias { result[place] = shifted } else { result.append(shifted) }
      return result
    case .affine(let map):
      var result: [ShapedStorage] = [(Shape(map.outputs, map.inputs), Storage(map.weight.map { S($0) }))]
      if let bias = map.bias { result.append((Shape(map.outputs), Storage(bias.map { S($0) }))) }
      return result
    case .packed: return []
    }
  }

  /// The names of the layers that run, in order: what was fused or left out is not among them.
  public var layerNames: [String] { network.plan.definition.nodes.map(\.name) }

  /// Runs the layers once more on what the last `predict` was given, and adds the seconds that each of `layerNames`
  /// takes to `times`. A function that the layer before applies takes none of its own. If the batch was cut, all threads
  /// run their parts, and the times are those of one.
  ///
  /// - Parameter clock: seconds on a clock that never goes back.
  public func profile(clock: () -> Double, times: inout [Double]) {
    var both = times.map { (forward: $0, backward: 0.0) }
    let partCount = parts.count(lastBatch)
    if partCount == 1 {
      network.profile(.inference, step: 0, computesLoss: false, clock: clock, times: &both)
    } else {
      network.workers.run(chunks: partCount) { part, worker in
        if part == 0 {
          partNetworks[worker].profile(.inference, step: 0, computesLoss: false, clock: clock, times: &both)
        } else {
          partNetworks[worker].forward(.inference, computesLoss: false)
        }
      }
    }
    times = both.map(\.forward)
  }

  /// Predicts `count` samples.
  ///
  /// - Parameters:
  ///   - inputs: for each free input of the net, at least `count` samples one after the other, prepared as the net reads
  ///     them.
  ///   - lengths: for each free input, the length of each sample, or nil where all have the shape's steps; none for nil
  ///     everywhere. Kernels check no bounds: a length that is not within the shape stops the program.
  ///   - outputs: room for `count` predictions of `outputCount` scalars.
  public func predict(_ inputs: [Buffer<S>], lengths: [Buffer<Int32>?], count: Int, into outputs: Buffer<S>) {
    predict(inputs, lengths: lengths, count: count, into: outputs, others: [])
  }

  /// The same; `more` has room for the predictions of the other losses, or is empty.
  @specialized(where S == Float)
  func predict(
    _ inputs: [Buffer<S>], lengths: [Buffer<Int32>?], count: Int, into outputs: Buffer<S>, others more: [Buffer<S>]
  ) {
    requireRoom(inputs, lengths, count: count, outputs)
    precondition(more.isEmpty || zip(more, otherCounts).allSatisfy { $0.count >= count * $1 })
    var done = 0
    while done < count {
      let batch = min(maximumBatch, count - done)
      lastBatch = batch
      let partCount = parts.count(batch)
      if partCount == 1 {
        predict(inputs, lengths, done..<(done + batch), into: outputs, more, with: network)
      } else {
        network.workers.run(chunks: partCount) { part, worker in
          let range = parts.range(part, of: batch)
          predict(
            inputs, lengths, (done + range.lowerBound)..<(done + range.upperBound), into: outputs, more,
            with: partNetworks[worker])
        }
        network.workers.evenScratch()
      }
      done += batch
    }
  }

  /// Predicts some samples with one of the nets.
  @specialized(where S == Float)
  private func predict(
    _ inputs: [Buffer<S>], _ lengths: [Buffer<Int32>?], _ samples: Range<Int>, into outputs: Buffer<S>,
    _ more: [Buffer<S>], with network: Network<S>
  ) {
    network.setBatch(samples.count)
    for index in inputs.indices {
      let width = inputCounts[index]
      network.bindInput(
        freeInputs[index], to: inputs[index].slice(from: samples.lowerBound * width, count: samples.count * width))
      let own = index < lengths.count ? lengths[index] : nil
      network.setLengths(freeInputs[index], to: own?.slice(samples))
    }
    network.forward(.inference, computesLoss: false)
    outputs.slice(from: samples.lowerBound * outputCount, count: samples.count * outputCount).copy(
      from: network.prediction.buffer)
    for (index, buffer) in more.enumerated() {
      let width = otherCounts[index]
      buffer.slice(from: samples.lowerBound * width, count: samples.count * width).copy(
        from: network.value(others[index]).buffer)
    }
  }
}
