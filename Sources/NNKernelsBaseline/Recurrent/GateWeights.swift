import NNKernelsCommon

/// The packed weights of a recurrence: for each gate the columns of W^T and, below them, of R^T, in panels of units
/// (`PanelLayout`), so that one product of x and h together gives the sums of a gate. Then the biases, padded like the units:
/// the sum of both for each gate, but for a GRU's n each of the two.
struct GateWeights {
  let recurrence: Recurrence
  let panels: PanelLayout
  let base: UnsafePointer<Float>

  static func panels(_ r: Recurrence) -> PanelLayout { PanelLayout(inner: r.inner, columns: r.units) }

  /// Units, padded to whole vectors.
  static func paddedUnits(_ r: Recurrence) -> Int { PanelProduct.width(panels(r)) }

  /// Scalars of the packed weights.
  static func size(_ r: Recurrence) -> Int {
    r.cell.gates * panels(r).size + r.cell.savedGates * paddedUnits(r)
  }

  init(_ r: Recurrence, _ base: UnsafePointer<Float>) {
    recurrence = r
    panels = Self.panels(r)
    self.base = base
  }

  /// Scalars from one gate's panels to the next gate's.
  @inline(__always) var gateStride: Int { panels.size }

  /// The bias of a gate.
  @inline(__always)
  func bias(_ gate: Int) -> UnsafePointer<Float> {
    base + recurrence.cell.gates * gateStride + gate * Self.paddedUnits(recurrence)
  }

  /// Packs the weights, in parallel by panels.
  static func pack(
    _ r: Recurrence, _ weights: RecurrentWeights<Float>, into base: UnsafeMutablePointer<Float>, _ workers: WorkerPool
  ) {
    let panels = panels(r)
    let count = panels.count
    workers.run(count: r.cell.gates * count, grain: max(1, 32768 / max(1, r.inner * TileShape.columns))) { range in
      for index in range {
        let (gate, panel) = (index / count, index % count)
        let target = base + gate * panels.size + panels.offset(panel)
        packPanel(
          weights.input.base + gate * r.units * r.features, stride: r.features, transposed: true, layout: panels,
          panel: panel, range: 0..<r.features, into: target)
        packPanel(
          weights.hidden.base + gate * r.units * r.units, stride: r.units, transposed: true, layout: panels,
          panel: panel, range: 0..<r.units, into: target + r.features * panels.vectors(panel) * Vector.scalarCount)
      }
    }
    packBiases(r, weights, into: base + r.cell.gates * panels.size)
  }

  private static func packBiases(
    _ r: Recurrence, _ weights: RecurrentWeights<Float>, into base: UnsafeMutablePointer<Float>
  ) {
    let padded = paddedUnits(r)
    base.update(repeating: 0, count: r.cell.savedGates * padded)
    for gate in 0..<r.cell.savedGates {
      let isSplit = r.cell == .gru && gate >= 2
      let row = min(gate, r.cell.gates - 1) * r.units
      if let bias = weights.inputBias, gate < 3 || !isSplit {
        for unit in 0..<r.units { base[gate * padded + unit] += bias.base[row + unit] }
      }
      if let bias = weights.hiddenBias, gate == 3 || !isSplit {
        for unit in 0..<r.units { base[gate * padded + unit] += bias.base[row + unit] }
      }
    }
  }
}
