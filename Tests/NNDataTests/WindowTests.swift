import NNCore
import Testing

@testable import NNData

@Suite struct WindowTests {
  /// A series of 7 rows: 1, 10; 2, 20; and so on.
  private func series() throws -> Dataset {
    let values = (1...7).flatMap { [Double($0), Double(10 * $0)] }
    return try Dataset(
      inputs: [DataArray(name: "input", form: .values(Shape(2)), elements: .doubles(values))], targets: [],
      file: "s.csv")
  }

  @Test func windowsAndWhatFollowsThem() throws {
    let set = try SeriesWindows(length: 3, targets: ["2"]).cut(series(), hasTargets: true)
    #expect(set.count == 4 && set.inputs[0].form == .values(Shape(3, 2)) && set.targets[0].form == .values(Shape(1)))
    #expect(set.inputs[0].values.prefix(8) == [1, 10, 2, 20, 3, 30, 2, 20])
    #expect(set.targets[0].values == [40, 50, 60, 70])
    let all = try SeriesWindows(length: 2, horizon: 2, step: 2).cut(series(), hasTargets: true)
    #expect(all.count == 2 && all.targets[0].values == [3, 30, 4, 40, 5, 50, 6, 60])
    // Without right answers, the last window forecasts the future.
    let future = try SeriesWindows(length: 3).cut(series(), hasTargets: false)
    #expect(future.count == 5 && future.inputs[0].values.suffix(2) == [7, 70] && future.targets.isEmpty)
  }

  @Test func whatIsNoSeriesIsRefused() throws {
    func codes(_ windows: SeriesWindows, _ set: Dataset) -> [String] {
      Outcome { try windows.cut(set, hasTargets: true) }.codes
    }
    #expect(codes(SeriesWindows(length: 7), try series()) == ["0:0 too-short"])
    for name in ["co2", "0", "3", "-9223372036854775808", "9223372036854775807"] {
      #expect(codes(SeriesWindows(length: 2, targets: [name]), try series()) == ["0:0 unknown-column"])
    }
    var labelled = try series()
    labelled.targets = [DataArray(name: "label", form: .values(Shape(1)), elements: .doubles([1, 2, 3, 4, 5, 6, 7]))]
    #expect(codes(SeriesWindows(length: 2), labelled) == ["0:0 bad-windows"])
  }

  @Test func windowsThatForecastTheSameAreCounted() {
    #expect(SeriesWindows(length: 3).overlap == 0 && SeriesWindows(length: 3, horizon: 4).overlap == 3)
    #expect(SeriesWindows(length: 3, horizon: 4, step: 2).overlap == 1)
  }

  @Test func naiveForecasts() throws {
    let windows = SeriesWindows(length: 3, horizon: 2, targets: ["1"])
    let set = try windows.cut(series(), hasTargets: true)
    // The last value is 1 and 2 too low; that of 2 rows before is always 2 too low.
    #expect((windows.naiveError(set, back: 1) - 2.5.squareRoot()).magnitude < 1e-12)
    #expect(windows.naiveError(set, back: 2) == 2)
  }

  @Test func theRecordKeepsThem() throws {
    var record = SourceRecord(
      .table(TableRecord(separator: .comma, decimalMark: .point, names: ["a"], columns: 1, answers: [], task: nil)))
    record.windows = SeriesWindows(length: 4, horizon: 2, step: 3, targets: ["a"])
    #expect(SourceRecord(json: record.json) == record)
  }

  /// Numbers in targets count the columns of the table, whichever of them are inputs.
  @Test func targetsByNumber() throws {
    let series = try CSVSource.readBothWays(
      "s.csv", Array("when,a,b\n1,10,5\n2,20,6\n3,30,7\n4,40,8\n".utf8), CSVSource.Options(label: "when"),
      SourceContext(folder: ".", isDouble: true))
    var record = series
    record.targets = []
    for (target, right) in [("2", [30.0, 40]), ("3", [7, 8]), ("b", [7, 8])] {
      let set = try SeriesWindows(length: 2, targets: [target]).cut(record, hasTargets: true)
      #expect(set.targets[0].values == right, "\(target)")
    }
    #expect(throws: DiagnosticError.self) { try SeriesWindows(length: 2, targets: ["1"]).cut(record, hasTargets: true) }
  }

  /// What `<columns>` learns counts each row that training windows read once; scikit-learn's numbers for the rows 1, 2, 4, 7, 11.
  @Test func rowsOfWindowsAreLearnedOnce() throws {
    let number = try NumberColumn(attributes: Attributes(["name": .text("a")], for: NumberColumn.schema))
    let declared = try DeclaredColumns([number], gaps: nil, inputs: ["x"]) { error, _ in
      DiagnosticError(code: error.code, file: "m.xml", error.message)
    }
    var context = SourceContext(folder: ".", isDouble: true)
    context.columns = declared
    let series = try CSVSource.readBothWays(
      "s.csv", Array("a\n1\n2\n4\n7\n11\n100\n1000\n".utf8), CSVSource.Options(label: "none", header: "true"), context)
    let set = try SeriesWindows(length: 3).cut(series, hasTargets: true)
    #expect(set.count == 4 && set.targets[0].values == [7, 11, 100, 1000])
    let training = set.subset([0, 1, 2])
    let features = try declared.learned(
      training, try #require(training.table), try #require(training.record?.table?.features))
    guard case .number(let scale)? = features[0].encoding else { return #expect(Bool(false)) }
    // mean 5, variance 13.2
    #expect(
      (scale.scale - 1 / 13.2.squareRoot()).magnitude < 1e-12 && (scale.shift + 5 / 13.2.squareRoot()).magnitude < 1e-12
    )
  }
}
