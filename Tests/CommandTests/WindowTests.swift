import Foundation
import Testing

/// Forecasting from the command line.
@Suite struct WindowTests {
  private func place(split: String = "order=\"file\"", windows: String = "<windows length=\"4\" horizon=\"2\"/>") throws
    -> Workplace
  {
    let place = try Workplace()
    let rows = (0..<60).map { "\(($0 * 5) % 4)\n" }.joined()
    try place.write("level\n" + rows, to: "series.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data>
          <csv path="series.csv" label="none">\(windows)</csv>
          <split role="test" from="train" fraction="0.25" \(split)/>
        </data>
        <network><input name="x" shape="4"/><dense units="2"/><squaredError/></network>
        <training epochs="200" batch="8"><adam rate="0.05"/></training>
      </model>
      """, to: "m.xml")
    return place
  }

  @Test func aSeriesIsForecast() throws {
    let place = try place(windows: "<windows length=\"4\" horizon=\"2\" season=\"4\"/>")
    let result = try place.run("train", "m.xml")
    #expect(result.code == 0, "\(result.messages)")
    #expect(result.output.contains("naive forecast: rmse"), "\(result.output)")
    #expect(result.output.contains("0 with that of 4 steps before"), "\(result.output)")
    // 55 windows: 14 to test, and one less to learn from, whose second number the first of the test set forecasts too.
    #expect(
      (result.output + result.messages).contains("40 samples to train on")
        || (result.output + result.messages).contains("40"))
    // The last of the predictions is of what follows the file.
    let lines = try place.run("predict", "runs/m/weights.safetensors", "series.csv").output.split(separator: "\n")
    #expect(lines.count == 58)
    let last = try #require(lines.last).split(separator: ",").compactMap { Double($0) }
    #expect(last.count == 2 && last[0].magnitude < 0.2 && (last[1] - 1).magnitude < 0.2, "\(last)")
    let expanded = try place.run("check", "m.xml", "--expanded").output
    #expect(expanded.contains("<windows length=\"4\" horizon=\"2\" step=\"1\" season=\"4\"/>"))
    try place.write(expanded, to: "expanded.xml")
    #expect(try place.run("check", "expanded.xml").code == 0)
  }

  @Test func theFutureStaysOutOfTheTrainingSet() throws {
    let random = try place(split: "").run("train", "m.xml", "-q")
    #expect(random.code == 65 && random.messages.contains("write order=\"file\""), "\(random.messages)")
  }

  @Test func windowsStandInSourcesAlone() throws {
    let place = try place(windows: "<windows/>")
    let missing = try place.run("check", "m.xml")
    #expect(missing.code == 65 && missing.messages.contains("<windows> needs the attribute 'length'"))
    let two = try self.place(windows: "<windows length=\"2\"/><windows length=\"3\"/>").run("check", "m.xml")
    #expect(two.code == 65 && two.messages.contains("two <windows>"), "\(two.messages)")
    let season = try self.place(windows: "<windows length=\"2\" season=\"3\"/>").run("check", "m.xml")
    #expect(season.code == 65 && season.messages.contains("does not reach back over a season of 3"))
  }
}
