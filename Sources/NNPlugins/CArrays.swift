import CNNRunLayer
import NNCore
import NNKernels

// The arrays of a call lie on the stack: a pass takes no memory from the heap.

extension nnrun_array {
  init<S: Scalar>(_ buffer: Buffer<S>) {
    self.init(data: UnsafeMutableRawPointer(buffer.base), count: Int64(buffer.count))
  }
}

/// Room for the arrays of one call, taken from the front.
struct CArrayRoom {
  private let base: UnsafeMutablePointer<nnrun_array>
  private let used: UnsafeMutablePointer<Int>

  init(_ base: UnsafeMutablePointer<nnrun_array>, _ used: UnsafeMutablePointer<Int>) {
    self.base = base
    self.used = used
  }

  /// Appends the tensors; returns where the first of them is.
  func add<S: Scalar>(_ tensors: [Tensor<S>]) -> UnsafePointer<nnrun_array> {
    let first = base + used.pointee
    for index in 0..<tensors.count { (first + index).initialize(to: nnrun_array(tensors[index].buffer)) }
    used.pointee += tensors.count
    return UnsafePointer(first)
  }

  /// Appends one tensor.
  func add<S: Scalar>(_ tensor: Tensor<S>) -> UnsafePointer<nnrun_array> {
    let place = base + used.pointee
    place.initialize(to: nnrun_array(tensor.buffer))
    used.pointee += 1
    return UnsafePointer(place)
  }
}

/// Calls `body` with room for `count` arrays, and with the shapes of one sample of each input.
func withArrays<S: Scalar>(
  _ count: Int, shapes inputs: [Tensor<S>], _ body: (CArrayRoom, UnsafePointer<nnrun_shape>?) -> Void
) {
  withUnsafeTemporaryAllocation(of: nnrun_array.self, capacity: count) { arrays in
    withUnsafeTemporaryAllocation(of: nnrun_shape.self, capacity: inputs.count + 1) { shapes in
      guard let first = arrays.baseAddress else { return }
      for index in 0..<inputs.count { shapes.initializeElement(at: index, to: nnrun_shape(inputs[index].shape.sample)) }
      var used = 0
      withUnsafeMutablePointer(to: &used) { body(CArrayRoom(first, $0), UnsafePointer(shapes.baseAddress)) }
    }
  }
}

/// Calls `body` with the gradients of the inputs and of the parameters.
func withGradients<S: Scalar>(
  _ inputs: [GradientSlot<S>], _ parameters: [GradientSlot<S>],
  _ body: (UnsafePointer<nnrun_gradient>?, UnsafePointer<nnrun_gradient>?) -> Void
) {
  withUnsafeTemporaryAllocation(of: nnrun_gradient.self, capacity: inputs.count + parameters.count + 1) { room in
    guard let first = room.baseAddress else { return }
    for index in 0..<inputs.count { (first + index).initialize(to: nnrun_gradient(inputs[index])) }
    let second = first + inputs.count
    for index in 0..<parameters.count { (second + index).initialize(to: nnrun_gradient(parameters[index])) }
    body(UnsafePointer(first), UnsafePointer(second))
  }
}

extension nnrun_gradient {
  init<S: Scalar>(_ slot: GradientSlot<S>) {
    self.init(
      data: UnsafeMutableRawPointer(slot.tensor.buffer.base), count: Int64(slot.tensor.count),
      is_wanted: slot.isWanted ? 1 : 0, accumulates: slot.accumulates ? 1 : 0)
  }
}

/// Calls `body` with the functions that a layer may call during a pass.
func withHost(_ workers: WorkerPool, _ random: RandomStream, _ body: (UnsafePointer<nnrun_host>) -> Void) {
  var host = nnrun_host()
  host.size = UInt32(MemoryLayout<nnrun_host>.size)
  host.threads = Int32(clamping: workers.threads)
  host.pool = Unmanaged.passUnretained(workers).toOpaque()
  (host.random_key, host.random_counter) = (random.key, random.counter)
  host.parallel = { host, chunks, body, argument in
    guard let host, let body, let pool = host.pointee.pool, chunks > 0 else { return }
    let job = CJob(body: body, argument: argument)
    Unmanaged<WorkerPool>.fromOpaque(pool).takeUnretainedValue().run(chunks: Int(chunks)) { chunk in
      job.body(job.argument, Int64(chunk))
    }
  }
  host.uniform = { host, position in
    host.map { RandomStream(key: $0.pointee.random_key, counter: $0.pointee.random_counter).uniform(position) } ?? 0
  }
  host.normal = { host, position in
    host.map { RandomStream(key: $0.pointee.random_key, counter: $0.pointee.random_counter).normal(position) } ?? 0
  }
  withUnsafePointer(to: host) { body($0) }
}

/// A C function and its argument, which other threads call.
private struct CJob: @unchecked Sendable {
  let body: @convention(c) (UnsafeMutableRawPointer?, Int64) -> Void
  let argument: UnsafeMutableRawPointer?
}
