import NNCore
import NNKernels

/// The arrays of a pass of a defined layer, of which a program reads and writes some.
struct ProgramArrays<S: Scalar> {
  let batch: Int
  let workers: WorkerPool
  let inputs: [Tensor<S>]
  let parameters: [Tensor<S>]
  /// Forward, the output.
  let outputs: [Tensor<S>]
  /// Backward, the gradient that arrives, and those that are wanted.
  let upstream: [Tensor<S>]
  let downstream: [GradientSlot<S>]
  let parameterGradients: [GradientSlot<S>]
  /// Where chunks gather the gradients of parameters.
  let gathered: Buffer<S>

  init(_ context: ForwardContext<S>) {
    (batch, workers) = (context.batch, context.workers)
    (inputs, parameters, outputs) = (context.inputs, context.parameters, context.outputs)
    (upstream, downstream, parameterGradients) = ([], [], [])
    gathered = context.scratch
  }

  init(_ context: BackwardContext<S>) {
    (batch, workers) = (context.batch, context.workers)
    (inputs, parameters, outputs) = (context.inputs, context.parameters, [])
    (upstream, downstream) = (context.upstream, context.downstream)
    parameterGradients = context.parameterGradients
    gathered = context.scratch
  }

  /// The shape of one sample.
  var sample: Shape { inputs[0].shape.sample }

  /// The memory of an array; nil if nobody wants it, or if it is gathered elsewhere.
  func buffer(_ array: ElementProgram.Array) -> Buffer<S>? {
    switch array {
    case .input(let index): return inputs[index].buffer
    case .parameter(let index): return parameters[index].buffer
    case .upstream: return upstream[0].buffer
    case .output(let index):
      guard outputs.isEmpty else { return outputs[index].buffer }
      return downstream[index].isWanted ? downstream[index].tensor.buffer : nil
    case .gradient: return nil
    }
  }
}

/// How the elements of a batch are cut: into segments, which are rows or what takes their place, and chunks of them.
struct ProgramExtent {
  /// Elements in all samples, and in one row.
  let count: Int
  let row: Int
  /// Elements of a segment: several rows where one would be short.
  let segment: Int
  /// Rows of a segment of several whose values are computed together, 1 where there are none.
  let joinedRows: Int
  let segments: Int
  let segmentsPerChunk: Int
  let chunks: Int
  let channels: Int
  let segmentsPerChannel: Int
  /// The numbers that one chunk gathers: totals, and the gradients of features and channels.
  let gatheredPerChunk: Int

  /// The most chunks that gather something.
  static let mostGathering = 16
  private static let grain = 8192
  /// The most rows whose values are computed together.
  private static let mostJoined = 64

  init(_ program: ElementProgram, sample: Shape, batch: Int) {
    let elements = sample.elementCount
    count = elements * batch
    channels = sample.rank > 0 ? sample[0] : 1
    let features = sample.rank > 0 ? sample[sample.rank - 1] : 1
    let block = ElementStep.block
    if program.hasFeatureRows {
      row = features
      joinedRows =
        program.hasRows && program.channels.isEmpty ? max(1, min(Self.mostJoined, block / features)) : 1
      segment = program.hasRows ? features * joinedRows : features * max(1, block / features)
    } else if !program.channels.isEmpty {
      row = max(1, elements / channels)
      segment = row
      joinedRows = 1
    } else {
      row = block
      segment = block
      joinedRows = 1
    }
    segments = (count + segment - 1) / segment
    segmentsPerChannel = max(1, elements / channels / segment)
    gatheredPerChunk = Self.gathered(program, features: features, channels: channels)
    let most = gatheredPerChunk > 0 ? Self.mostGathering : 64
    segmentsPerChunk = max(1, Self.grain / segment, (segments + most - 1) / most)
    chunks = (segments + segmentsPerChunk - 1) / segmentsPerChunk
  }

  static func gathered(_ program: ElementProgram, features: Int, channels: Int) -> Int {
    program.totals.count + features * gradients(program.features) + channels * gradients(program.channels)
  }

  private static func gradients(_ list: [ElementProgram.Array]) -> Int {
    var count = 0
    for index in list.indices { if case .gradient = list[index] { count += 1 } }
    return count
  }
}

extension ElementProgram {
  /// Runs the program over all samples.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func run<S: Scalar>(_ arrays: ProgramArrays<S>) {
    let extent = ProgramExtent(self, sample: arrays.sample, batch: arrays.batch)
    let layout = ProgramMemory<S>.Layout(self, extent)
    let workers = arrays.workers
    workers.reserveScratch(purpose: .block, count: layout.floats)
    let scratch = workers.scratch
    workers.run(chunks: extent.chunks) { chunk, worker in
      let memory = ProgramMemory<S>(
        scratch.memory(worker: worker, purpose: .block, count: layout.floats), layout)
      ProgramRun(program: self, arrays: arrays, extent: extent, layout: layout, memory: memory, chunk: chunk).run()
    }
    finish(arrays, extent, layout, scratch)
  }

  /// Adds up what the chunks have gathered, in their order.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private func finish<S: Scalar>(
    _ arrays: ProgramArrays<S>, _ extent: ProgramExtent, _ layout: ProgramMemory<S>.Layout, _ scratch: ScratchMemory
  ) {
    guard !arrays.parameterGradients.isEmpty, extent.gatheredPerChunk > 0 || !singleGradients.isEmpty else { return }
    let memory = ProgramMemory<S>(
      scratch.memory(worker: arrays.workers.currentWorker, purpose: .block, count: layout.floats), layout)
    ProgramRun(program: self, arrays: arrays, extent: extent, layout: layout, memory: memory, chunk: 0).setUp()
    let gathered = arrays.gathered
    for index in totals.indices {
      var sum = 0.0
      for chunk in 0..<extent.chunks { sum += Double(gathered[chunk * extent.gatheredPerChunk + index]) }
      memory.scalars[totals[index] * layout.scalarStride] = S(sum)
    }
    finale.withUnsafeBufferPointer { S.run($0, memory.slots, sums: memory.sums, count: 1) }
    for index in singleGradients.indices {
      let (parameter, slot) = singleGradients[index]
      guard arrays.parameterGradients[parameter].isWanted else { continue }
      arrays.parameterGradients[parameter].put(memory.slots[slot][0], at: 0)
    }
    let next = addUp(features, extent.row, extent, from: totals.count, into: arrays)
    _ = addUp(channels, extent.channels, extent, from: next, into: arrays)
  }

  /// The same for gradients of arrays of `length`. Returns where the next ones are gathered.
  private func addUp<S: Scalar>(
    _ list: [Array], _ length: Int, _ extent: ProgramExtent, from start: Int, into arrays: ProgramArrays<S>
  ) -> Int {
    var offset = start
    for index in list.indices {
      guard case .gradient(let parameter) = list[index] else { continue }
      let target = arrays.parameterGradients[parameter]
      if target.isWanted {
        addUpChunks(
          arrays.gathered.slice(from: offset, count: arrays.gathered.count - offset), extent, into: target,
          count: length)
      }
      offset += length
    }
    return offset
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func addUpChunks<S: Scalar>(
  _ parts: Buffer<S>, _ extent: ProgramExtent, into target: GradientSlot<S>, count: Int
) {
  let gradient = target.tensor.buffer
  for i in 0..<count {
    var sum: S = target.accumulates ? gradient[i] : 0
    for chunk in 0..<extent.chunks { sum += parts[chunk * extent.gatheredPerChunk + i] }
    gradient[i] = sum
  }
}
