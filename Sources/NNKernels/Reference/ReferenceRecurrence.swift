extension Scalar {
  public static func recur(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ x: Buffer<Self>, _ weights: RecurrentWeights<Self>,
    saved: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    let batch = recurrence.batch
    workers.run(count: batch, grain: 1) { sequences in
      for sequence in sequences {
        referenceRecur(recurrence, sequence, recurrence.length(lengths, sequence), x, weights, saved, y, nil)
      }
    }
  }

  public static func recurBackward(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ weights: RecurrentWeights<Self>, saved: Buffer<Self>,
    upstream: Buffer<Self>, gradients: RecurrentGradients<Self>, workers: WorkerPool
  ) {
    workers.run(count: recurrence.batch, grain: 1) { sequences in
      for sequence in sequences {
        referenceRecurBackward(
          recurrence, sequence, recurrence.length(lengths, sequence), weights, saved, upstream, gradients.x)
      }
    }
    referenceRecurrentGradients(recurrence, lengths, saved, gradients)
  }

  public static func packedCount(_ recurrence: Recurrence) -> Int {
    recurrence.gateRows * (recurrence.inner + 2)
  }

  public static func pack(
    _ recurrence: Recurrence, _ weights: RecurrentWeights<Self>, into packed: Buffer<Self>, workers: WorkerPool
  ) {
    let own = referenceWeights(recurrence, packed)
    own.input.copy(from: weights.input)
    own.hidden.copy(from: weights.hidden)
    for (bias, target) in [(weights.inputBias, own.inputBias), (weights.hiddenBias, own.hiddenBias)] {
      if let bias { target?.copy(from: bias) } else { target?.fill(0) }
    }
  }

  public static func recurPacked(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ x: Buffer<Self>, _ packed: Buffer<Self>,
    into y: Buffer<Self>, carried: CarriedState<Self>?, workers: WorkerPool
  ) {
    let (weights, none) = (referenceWeights(recurrence, packed), packed.slice(from: 0, count: 0))
    workers.run(count: recurrence.batch, grain: 1) { sequences in
      for sequence in sequences {
        referenceRecur(recurrence, sequence, recurrence.length(lengths, sequence), x, weights, none, y, carried)
      }
    }
  }
}

/// The weights one behind the other in `packed`.
private func referenceWeights<S: Scalar>(_ r: Recurrence, _ packed: Buffer<S>) -> RecurrentWeights<S> {
  let (rows, columns) = (r.gateRows, r.inner)
  return RecurrentWeights(
    input: packed.slice(from: 0, count: rows * r.features),
    hidden: packed.slice(from: rows * r.features, count: rows * r.units),
    inputBias: packed.slice(from: rows * columns, count: rows),
    hiddenBias: packed.slice(from: rows * (columns + 1), count: rows))
}

/// The rows of `saved` that belong to a step of a sequence: its input and the hidden state before, its gates, its cell.
private struct SavedStep<S: Scalar> {
  let inner: Buffer<S>
  let gates: Buffer<S>
  let cell: Buffer<S>

  init(_ r: Recurrence, _ saved: Buffer<S>, _ row: Int) {
    let rows = r.batch * r.steps
    let width = r.cell.savedGates * r.units
    inner = saved.slice(from: row * r.inner, count: r.inner)
    gates = saved.slice(from: r.gateStart(rows) + row * width, count: width)
    cell = saved.slice(
      from: r.cellStart(rows) + (r.cell == .lstm ? row * r.units : 0), count: r.cell == .lstm ? r.units : 0)
  }
}

/// Row `gate` of W x + b, or of R h + d.
@inline(__always)
private func gateSum<S: Scalar>(
  _ row: Int, _ weights: Buffer<S>, _ bias: Buffer<S>?, _ values: Buffer<S>
) -> S {
  var sum: S = bias?[row] ?? 0
  for k in 0..<values.count { sum += weights[row * values.count + k] * values[k] }
  return sum
}

/// One sequence from its first step to its last, from the state that `carried` holds, where it is left, or from 0.
package func referenceRecur<S: Scalar>(
  _ r: Recurrence, _ sequence: Int, _ length: Int, _ x: Buffer<S>, _ weights: RecurrentWeights<S>, _ saved: Buffer<S>,
  _ y: Buffer<S>, _ carried: CarriedState<S>?
) {
  withUnsafeTemporaryAllocation(of: S.self, capacity: (2 + r.cell.savedGates) * r.units) { memory in
    guard let base = memory.baseAddress else { return }
    memory.initialize(repeating: 0)
    let own = Buffer(base: base, count: memory.count)
    let state = own.slice(from: 0, count: r.carriedPerSequence)
    if let carried, carried.continues { state.copy(from: carried.state(of: sequence, r)) }
    recurSteps(r, sequence, length, x, weights, saved, y, own)
    carried?.state(of: sequence, r).copy(from: state)
  }
}

extension CarriedState {
  /// The state of a sequence: h, and an LSTM's c.
  fileprivate func state(of sequence: Int, _ r: Recurrence) -> Buffer<S> {
    values.slice(from: sequence * r.carriedPerSequence, count: r.carriedPerSequence)
  }
}

/// The steps of one sequence. `memory` holds h and c, which go on from what they are, and room for the gates.
@specialized(where S == Float)
@specialized(where S == Double)
private func recurSteps<S: Scalar>(
  _ r: Recurrence, _ sequence: Int, _ length: Int, _ x: Buffer<S>, _ weights: RecurrentWeights<S>, _ saved: Buffer<S>,
  _ y: Buffer<S>, _ memory: Buffer<S>
) {
  let (units, features) = (r.units, r.features)
  let hidden = memory.slice(from: 0, count: units)
  let cell = memory.slice(from: units, count: units)
  let gates = memory.slice(from: 2 * units, count: r.cell.savedGates * units)
  for index in 0..<length {
    let step = r.step(index, of: length)
    let input = x.slice(from: (sequence * r.steps + step) * features, count: features)
    func fromInput(_ row: Int) -> S { gateSum(row, weights.input, weights.inputBias, input) }
    func fromHidden(_ row: Int) -> S { gateSum(row, weights.hidden, weights.hiddenBias, hidden) }
    for u in 0..<units {
      switch r.cell {
      case .rnn: gates[u] = S.tanh(fromInput(u) + fromHidden(u))
      case .lstm:
        for gate in 0..<4 {
          let sum = fromInput(gate * units + u) + fromHidden(gate * units + u)
          gates[gate * units + u] = gate == 2 ? S.tanh(sum) : Activation.sigmoid.value(sum)
        }
      case .gru:
        for gate in 0..<2 {
          gates[gate * units + u] = Activation.sigmoid.value(
            fromInput(gate * units + u) + fromHidden(gate * units + u))
        }
        gates[3 * units + u] = fromHidden(2 * units + u)
        gates[2 * units + u] = S.tanh(fromInput(2 * units + u) + gates[u] * gates[3 * units + u])
      }
    }
    if saved.count > 0 {
      let place = SavedStep(r, saved, sequence * r.steps + index)
      place.inner.slice(from: 0, count: features).copy(from: input)
      place.inner.slice(from: features, count: units).copy(from: hidden)
      place.gates.copy(from: gates)
    }
    for u in 0..<units {
      switch r.cell {
      case .rnn: hidden[u] = gates[u]
      case .lstm:
        cell[u] = gates[units + u] * cell[u] + gates[u] * gates[2 * units + u]
        hidden[u] = gates[3 * units + u] * S.tanh(cell[u])
      case .gru:
        let update = gates[units + u]
        hidden[u] = (1 - update) * gates[2 * units + u] + update * hidden[u]
      }
    }
    if saved.count > 0, r.cell == .lstm {
      SavedStep(r, saved, sequence * r.steps + index).cell.copy(from: cell)
    }
    if r.returnsAll || index == length - 1 {
      y.slice(from: r.outputRow(sequence, step), count: units).copy(from: hidden)
    }
  }
}

/// Backpropagation through time for one sequence, from its last step to its first. The gates' gradients, before their
/// functions, replace their values in `saved`: for a GRU those of r, z and n, then that of R h + d of n.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceRecurBackward<S: Scalar>(
  _ r: Recurrence, _ sequence: Int, _ length: Int, _ weights: RecurrentWeights<S>, _ saved: Buffer<S>,
  _ upstream: Buffer<S>, _ downstream: GradientTarget<S>?
) {
  let (units, features) = (r.units, r.features)
  if let downstream, !downstream.accumulate {
    downstream.buffer.slice(from: sequence * r.steps * features, count: r.steps * features).fill(0)
  }
  withUnsafeTemporaryAllocation(of: S.self, capacity: 2 * units) { memory in
    guard let base = memory.baseAddress else { return }
    memory.initialize(repeating: 0)
    let hidden = Buffer(base: base, count: units)
    let cell = Buffer(base: base + units, count: units)
    for index in (0..<length).reversed() {
      let step = r.step(index, of: length)
      let place = SavedStep(r, saved, sequence * r.steps + index)
      let gates = place.gates
      if r.returnsAll || index == length - 1 {
        let row = r.outputRow(sequence, step)
        for u in 0..<units { hidden[u] += upstream[row + u] }
      }
      for u in 0..<units {
        let gradient = hidden[u]
        switch r.cell {
        case .rnn:
          gates[u] = gradient * (1 - gates[u] * gates[u])
          hidden[u] = 0
        case .lstm:
          let (i, f, g, o) = (gates[u], gates[units + u], gates[2 * units + u], gates[3 * units + u])
          let t = S.tanh(place.cell[u])
          let before = index > 0 ? SavedStep(r, saved, sequence * r.steps + index - 1).cell[u] : 0
          let total = cell[u] + gradient * o * (1 - t * t)
          gates[u] = total * g * i * (1 - i)
          gates[units + u] = total * before * f * (1 - f)
          gates[2 * units + u] = total * i * (1 - g * g)
          gates[3 * units + u] = gradient * t * o * (1 - o)
          cell[u] = total * f
          hidden[u] = 0
        case .gru:
          let (reset, update, n, product) = (gates[u], gates[units + u], gates[2 * units + u], gates[3 * units + u])
          let new = gradient * (1 - update) * (1 - n * n)
          gates[u] = new * product * reset * (1 - reset)
          gates[units + u] = gradient * (place.inner[features + u] - n) * update * (1 - update)
          gates[2 * units + u] = new
          gates[3 * units + u] = new * reset
          hidden[u] = gradient * update
        }
      }
      // A GRU's n reads R h + d through r: its hidden weights' gradients are in the fourth block.
      for row in 0..<r.gateRows {
        let gradient = gates[r.cell == .gru && row >= 2 * units ? row + units : row]
        for k in 0..<units { hidden[k] += gradient * weights.hidden[row * units + k] }
      }
      guard let target = downstream?.buffer else { continue }
      let start = (sequence * r.steps + step) * features
      for row in 0..<r.gateRows {
        for k in 0..<features { target[start + k] += gates[row] * weights.input[row * features + k] }
      }
    }
  }
}

/// The parameters' gradients: sums over all steps of all sequences, in this order.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceRecurrentGradients<S: Scalar>(
  _ r: Recurrence, _ lengths: Buffer<Int32>?, _ saved: Buffer<S>, _ gradients: RecurrentGradients<S>
) {
  func clear(_ target: GradientTarget<S>?) {
    if let target, !target.accumulate { target.buffer.fill(0) }
  }
  clear(gradients.input)
  clear(gradients.hidden)
  clear(gradients.inputBias)
  clear(gradients.hiddenBias)
  for sequence in 0..<r.batch {
    for index in 0..<r.length(lengths, sequence) {
      let place = SavedStep(r, saved, sequence * r.steps + index)
      for row in 0..<r.gateRows {
        let ofInput = place.gates[row]
        let ofHidden = r.cell == .gru && row >= 2 * r.units ? place.gates[row + r.units] : ofInput
        if let target = gradients.input?.buffer {
          for k in 0..<r.features { target[row * r.features + k] += ofInput * place.inner[k] }
        }
        if let target = gradients.hidden?.buffer {
          for k in 0..<r.units { target[row * r.units + k] += ofHidden * place.inner[r.features + k] }
        }
        if let target = gradients.inputBias?.buffer { target[row] += ofInput }
        if let target = gradients.hiddenBias?.buffer { target[row] += ofHidden }
      }
    }
  }
}
