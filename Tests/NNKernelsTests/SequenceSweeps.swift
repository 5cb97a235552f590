import NNKernels
import Testing

/// Recurrences and attention: all levels against double precision, and each sequence alone against its batch.
struct SequenceSweeps {
  /// Recurrences at the edges of vectors, tiles and parts.
  private static func recurrences(_ cell: RecurrentCell) -> [(shape: Recurrence, lengths: [Int32]?)] {
    var numbers = TestNumbers(cell.gates)
    var result: [(Recurrence, [Int32]?)] = []
    for units in [1, 3, 8, 15, 16, 17, 33, 40] {
      for batch in [1, 2, 3, 7, 30] {
        let steps = numbers.integer(1...9)
        let directions = numbers.integer(1...2)
        let shape = Recurrence(
          cell, batch: batch, steps: steps, features: numbers.integer(1...20), units: units,
          isReversed: numbers.integer(0...1) == 1, returnsAll: numbers.integer(0...3) > 0,
          outputStride: directions * units, outputOffset: (directions - 1) * units)
        let varies = numbers.integer(0...2) > 0
        result.append((shape, varies ? (0..<batch).map { _ in Int32(numbers.integer(1...steps)) } : nil))
      }
    }
    // More steps than are projected at once.
    for (units, isReversed) in [(5, false), (17, true)] {
      let shape = Recurrence(cell, batch: 1, steps: 600, features: 3, units: units, isReversed: isReversed)
      result.append((shape, nil))
      result.append((shape, [519]))
    }
    return result
  }

  private static func buffer(_ lengths: [Int32]?) -> Storage<Int32>? { lengths.map { Storage($0) } }

  @Test(arguments: [RecurrentCell.rnn, .lstm, .gru], [false, true])
  func recurrence(_ cell: RecurrentCell, _ accumulate: Bool) {
    let pools = Pools()
    for (r, lengths) in Self.recurrences(cell) {
      var numbers = TestNumbers(r.units * 100 + r.batch)
      let outputs = r.batch * (r.returnsAll ? r.steps : 1) * r.outputStride
      let sizes = [
        r.batch * r.steps * r.features, r.gateRows * r.features, r.gateRows * r.units, r.gateRows, r.gateRows, outputs,
        outputs, r.gateRows * r.features, r.gateRows * r.units, r.gateRows, r.gateRows, r.batch * r.steps * r.features,
      ]
      let memory = Self.buffer(lengths)
      let saved = r.batch * r.steps * r.savedPerStep
      func run<S: Scalar>(
        _ arrays: [Buffer<S>], _ forward: (RecurrentWeights<S>, Buffer<S>) -> Void,
        _ backward: (RecurrentWeights<S>, Buffer<S>, RecurrentGradients<S>) -> Void
      ) {
        let weights = RecurrentWeights(
          input: arrays[1], hidden: arrays[2], inputBias: arrays[3], hiddenBias: arrays[4])
        let storage = Storage<S>(count: saved)
        forward(weights, storage.buffer)
        func target(_ index: Int) -> GradientTarget<S> { GradientTarget(arrays[index], accumulate: accumulate) }
        backward(
          weights, storage.buffer,
          RecurrentGradients(
            input: target(7), hidden: target(8), inputBias: target(9), hiddenBias: target(10), x: target(11)))
      }
      KernelCall(
        name: "\(r), lengths \(lengths ?? [])", arrays: sizes.map { numbers.floats($0, -0.5, 0.5) },
        written: [5, 7, 8, 9, 10, 11], absolute: 2e-5, relative: 2e-5,
        float: { table, arrays, workers in
          run(arrays) {
            table.recur(r, memory?.buffer, arrays[0], $0, $1, arrays[5], workers)
          } _: {
            table.recurBackward(r, memory?.buffer, $0, $1, arrays[6], $2, workers)
          }
        },
        double: { arrays, workers in
          run(arrays) {
            Double.recur(r, lengths: memory?.buffer, arrays[0], $0, saved: $1, into: arrays[5], workers: workers)
          } _: {
            Double.recurBackward(
              r, lengths: memory?.buffer, $0, saved: $1, upstream: arrays[6], gradients: $2, workers: workers)
          }
        }
      ).check(pools)
    }
  }

  /// A sequence has the same bits alone, in a batch, with packed weights and whatever its padding holds.
  @Test(arguments: [RecurrentCell.rnn, .lstm, .gru]) func sequencesAreIndependent(_ cell: RecurrentCell) {
    let pools = Pools()
    for table in tables {
      for (r, lengths) in Self.recurrences(cell) where r.returnsAll {
        var numbers = TestNumbers(r.units * 100 + r.batch)
        func draw(_ count: Int) -> Buffer<Float> {
          let storage = Storage(numbers.floats(count))
          kept.append(storage)
          return storage.buffer
        }
        var kept: [Storage<Float>] = []
        let x = draw(r.batch * r.steps * r.features)
        let weights = RecurrentWeights(
          input: draw(r.gateRows * r.features), hidden: draw(r.gateRows * r.units), inputBias: draw(r.gateRows),
          hiddenBias: draw(r.gateRows))
        let y = draw(r.batch * r.steps * r.outputStride)
        let own = draw(r.steps * r.outputStride)
        let packed = draw(table.recurrencePackedCount(r))
        table.packRecurrence(r, weights, packed, pools.all[1])
        let memory = Self.buffer(lengths)
        for sequence in 0..<r.batch {
          let valid = r.length(memory?.buffer, sequence) * r.features
          x.slice(from: sequence * r.steps * r.features + valid, count: r.steps * r.features - valid).fill(.nan)
        }
        table.recurPacked(r, memory?.buffer, x, packed, y, nil, pools.all[2])
        var single = r
        single.batch = 1
        for sequence in 0..<r.batch {
          let length = r.length(memory?.buffer, sequence)
          single.steps = length
          table.recur(
            single, nil, x.slice(from: sequence * r.steps * r.features, count: length * r.features), weights,
            own.slice(from: 0, count: 0), own, pools.all[0])
          for step in 0..<length {
            let place = step * r.outputStride + r.outputOffset
            let batched = y.slice(from: sequence * r.steps * r.outputStride + place, count: r.units)
            #expect(batched.array.bits == own.slice(from: place, count: r.units).array.bits, "\(table.level) \(r)")
          }
        }
        guard !r.isReversed else { continue }
        // In pieces, alone and all sequences together, whose states go from piece to piece.
        let state = draw(r.batch * r.carriedPerSequence)
        for pieces in [1, 3] {
          var batched = r
          batched.batch = pieces == 1 ? r.batch : 1
          let least = (0..<r.batch).map { r.length(memory?.buffer, $0) }.min() ?? 1
          let part = draw(batched.batch * r.steps * r.outputStride)
          var step = 0
          while step < least {
            batched.steps = min(pieces, least - step)
            let input = draw(batched.batch * batched.steps * r.features)
            for sequence in 0..<batched.batch {
              input.slice(from: sequence * batched.steps * r.features, count: batched.steps * r.features).copy(
                from: x.slice(from: (sequence * r.steps + step) * r.features, count: batched.steps * r.features))
            }
            table.recurPacked(
              batched, nil, input, packed, part, CarriedState(state, continues: step > 0), pools.all[pieces % 3])
            for sequence in 0..<batched.batch {
              for offset in 0..<batched.steps {
                let row = part.slice(from: batched.outputRow(sequence, offset), count: r.units)
                let whole = y.slice(from: r.outputRow(sequence, step + offset), count: r.units)
                #expect(row.array.bits == whole.array.bits, "\(table.level) \(r) step \(step)")
              }
            }
            step += batched.steps
          }
        }
        withExtendedLifetime(kept) {}
      }
    }
  }

  /// Attention at the edges of vectors, tiles and blocks.
  private static let attentions: [(shape: Attention, queries: [Int32]?, keys: [Int32]?)] = {
    var numbers = TestNumbers(5)
    var result: [(Attention, [Int32]?, [Int32]?)] = []
    for width in [1, 4, 7, 8, 16, 33] {
      for size in [1, 5, 17, 70, 150] {
        let isSelf = numbers.integer(0...1) == 1
        let (batch, heads, queries) = (numbers.integer(1...3), numbers.integer(1...3), size)
        let keys = isSelf ? queries : numbers.integer(1...(2 * size))
        let stride = isSelf ? 3 * heads * width : nil
        let shape = Attention(
          batch: batch, heads: heads, queries: queries, keys: keys, width: width, isCausal: numbers.integer(0...1) == 1,
          queryStride: stride, keyStride: stride)
        func lengths(_ most: Int) -> [Int32]? {
          numbers.integer(0...1) == 1 ? (0..<batch).map { _ in Int32(numbers.integer(1...most)) } : nil
        }
        result.append((shape, lengths(queries), lengths(keys)))
      }
    }
    return result
  }()

  @Test func attention() {
    let pools = Pools()
    for (a, queries, keys) in Self.attentions {
      var numbers = TestNumbers(a.queries * 100 + a.width)
      let (ofQueries, ofKeys) = (Self.buffer(queries), Self.buffer(keys))
      let lengths = AttentionLengths(queries: ofQueries?.buffer, keys: ofKeys?.buffer)
      let (q, k) = (a.batch * a.queries * a.queryStride, a.batch * a.keys * a.keyStride)
      let o = a.batch * a.queries * a.outputStride
      func arrays<S>(_ all: [Buffer<S>], _ first: Int) -> AttentionArrays<S> {
        AttentionArrays(queries: all[first], keys: all[first + 1], values: all[first + 2])
      }
      KernelCall(
        name: "\(a), lengths \(queries ?? []), \(keys ?? [])",
        arrays: [q, k, k, o, a.batch * a.heads * a.queries, o, q, k, k].map { numbers.floats($0, -2, 2) },
        written: [3, 6, 7, 8, 4], absolute: 5e-5, relative: 5e-5,
        float: { table, all, workers in
          table.attend(a, lengths, arrays(all, 0), all[3], all[4], workers)
          table.attendBackward(a, lengths, arrays(all, 0), all[3], all[4], all[5], arrays(all, 6), workers)
        },
        double: { all, workers in
          Double.attend(a, lengths, arrays(all, 0), into: all[3], logarithms: all[4], workers: workers)
          Double.attendBackward(
            a, lengths, arrays(all, 0), output: all[3], logarithms: all[4], upstream: all[5],
            gradients: arrays(all, 6), workers: workers)
        }
      ).check(pools)
    }
  }
}
