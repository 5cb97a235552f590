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

  /// A series with words and gaps: what it forecasts comes back in its size, and the same windows of numbers that were prepared
  /// outside give the same net.
  @Test func columnsOfASeries() throws {
    let place = try Workplace()
    let days = ["mon", "tue", "wed", "thu"]
    func level(_ row: Int) -> Double { Double((row * 5) % 4) * 100 + 1000 }
    let rows = (0..<80).map { "\(days[$0 % 4]),\($0 == 30 ? "" : "\(level($0))"),\($0 % 7 == 0 ? "?" : "\($0 % 3)")\n" }
    try place.write("day,level,noise\n" + rows.joined(), to: "series.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data>
          <csv path="series.csv" label="none"><windows length="4" horizon="2" targets="level" season="4"/></csv>
          <split role="test" from="train" fraction="0.25" order="file"/>
        </data>
        <columns><number name="level noise" missing="mean"/><category name="day"/></columns>
        <network><input name="x" shape="columns"/><lstm units="8" return="last"/><dense units="2"/><squaredError/></network>
        <training epochs="150" batch="8" seed="1"><adam rate="0.02"/></training>
      </model>
      """, to: "m.xml")
    let training = try place.run("train", "m.xml")
    #expect(training.code == 0, "\(training.messages)")
    #expect(training.messages.contains("2 windows forecast a gap and are left out"), "\(training.messages)")
    #expect(training.output.contains(" 0 with that of 4 steps before"), "\(training.output)")
    let evaluation = try place.run("evaluate", "runs/m", "--require", "rmse=20")
    #expect(evaluation.code == 0, "\(evaluation)")
    let whole = try place.run("evaluate", "runs/m/weights.safetensors", "--data", "series.csv", "--require", "rmse=60")
    #expect(whole.code == 0 && whole.messages.contains("left out"), "\(whole)")
    // In another order of columns; the last answer is of what follows the file.
    let turned = rows.map { $0.dropLast().split(separator: ",", omittingEmptySubsequences: false) }
    try place.write(
      "noise,level,day\n" + turned.map { "\($0[2]),\($0[1]),\($0[0])\n" }.joined(), to: "turned.csv")
    let lines = try place.run("predict", "runs/m", "turned.csv").output.split(separator: "\n")
    #expect(lines.count == 78)
    let last = try #require(lines.last).split(separator: ",").compactMap { Double($0) }
    #expect(last.count == 2 && (last[0] - level(80)).magnitude < 40 && (last[1] - level(81)).magnitude < 40, "\(last)")
    #expect(try place.run("train", "m.xml", "-q", "--resume", "runs/m", "--set", "training.epochs=151").code == 0)
    for (targets, message) in [("day", "no column 'day' of numbers"), ("week", "no column 'week'")] {
      try place.write(
        try String(contentsOf: place.url.appendingPathComponent("m.xml"), encoding: .utf8).replacing(
          "targets=\"level\"", with: "targets=\"\(targets)\""), to: "n.xml")
      let result = try place.run("train", "n.xml", "-q")
      #expect(result.code == 65 && result.messages.contains(message), "\(result)")
    }
  }
}
