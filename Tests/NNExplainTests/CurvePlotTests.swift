import NNDrawing
import Testing

/// Charts of curves.
@Suite struct CurvePlotTests {
  private func plot(_ heights: [Double], count: Int = 1) -> CurvePlot {
    CurvePlot(
      title: "Loss", xLabel: "epoch",
      lines: (0..<count).map { line in
        .init(
          name: "line \(line)", color: CurvePlot.colors[line],
          points: heights.enumerated().map { (Double($0.offset + 1), $0.element) })
      })
  }

  /// A loss that falls by powers of ten has ticks at them.
  @Test func logarithmicAxes() {
    var chart = plot([1000, 10, 0.1, 0.001])
    #expect(chart.spansPowers && !plot([3, 2, 1]).spansPowers && !plot([100, 0]).spansPowers)
    chart.isLogarithmic = true
    for label in [">0.01<", ">1<", ">100<"] { #expect(chart.svg.contains(label), "\(label)") }
    // Within a power of ten there are ticks too.
    var narrow = plot([2, 6])
    narrow.isLogarithmic = true
    #expect(narrow.svg.contains(">2<") && narrow.svg.contains(">5<"))
    // What has no logarithm is a gap.
    var gap = plot([1, 0, 100])
    gap.isLogarithmic = true
    #expect(!gap.svg.contains("nan") && !gap.svg.contains("inf"))
  }

  @Test func marksAndNames() {
    var chart = plot([3, 2, 1])
    chart.mark = (2, "epoch 2")
    #expect(chart.svg.contains(">epoch 2<") && chart.svg.contains("stroke-dasharray"))
    chart.mark = (9, "epoch 9")
    #expect(!chart.svg.contains("epoch 9"))
    // More than two names stand beside the chart.
    #expect(plot([1, 2], count: 4).svg.contains(#"x2="500.0""#))
    let empty = CurvePlot(title: "<none>", xLabel: "x", lines: [])
    #expect(empty.svg.contains("&lt;none&gt;"))
  }

  @Test func picturesAreBitmaps() {
    let address = InlinePicture.address(width: 1, height: 2, [(255, 0, 0), (0, 0, 255)])
    // Two rows of three bytes and one of padding behind a header of 54 bytes.
    #expect(address.hasPrefix("data:image/bmp;base64,Qk0+AAAA"))
    #expect(address.hasSuffix("/wAAAAAA/wA="))
  }
}
