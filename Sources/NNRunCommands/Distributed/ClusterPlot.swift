import NNDrawing
import NNText

extension ClusterEstimate {
  /// The efficiency by the number of processes, for each way to add.
  func plot(_ rows: [Row], model: String) -> CurvePlot {
    let lines = zip(Algorithm.allCases, CurvePlot.colors).map { algorithm, color in
      CurvePlot.Line(
        name: algorithm.rawValue, color: color,
        points: rows.filter { $0.algorithm == algorithm }.map {
          (x: Double(Int.bitWidth - 1 - $0.ranks.leadingZeroBitCount), y: $0.efficiency * 100)
        })
    }
    return CurvePlot(
      title: "\(model): efficiency in % at \(fixed(bandwidth * 8e-9, 3)) Gbit/s, \(fixed(latency * 1e6, 1)) µs",
      xLabel: "log2 of the number of processes", lines: lines)
  }
}
