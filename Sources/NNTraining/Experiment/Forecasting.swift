import NNCore
import NNData
import NNModel
import NNText

extension SeriesWindows {
  /// The windows that a model describes.
  init(_ description: WindowsDescription) {
    self.init(
      length: description.length, horizon: description.horizon, step: description.step, targets: description.targets,
      season: description.season)
  }
}

extension Dataset {
  /// The set without its last windows whose forecasts reach into those of a part that a split in time has taken from its end;
  /// the set itself if it has none. Throws a `DiagnosticError` if nothing would be left.
  func beforeForecasts(of split: SplitDescription) throws -> Dataset {
    guard let windows, windows.overlap > 0 else { return self }
    guard count > windows.overlap else {
      throw DiagnosticError(
        code: "bad-split", "all windows before the part forecast what it forecasts too, so that none is left",
        remedy: "take a smaller fraction or a shorter horizon", place: split.place)
    }
    return subset(Array(0..<(count - windows.overlap)))
  }

  /// How what windows forecast is scaled, like the same columns where they are inputs; nil if it is not.
  ///
  /// - Parameter features: what training has learned of the columns.
  func forecastScales(_ features: [TableFeature]) -> [NumberEncoding]? {
    guard let windows else { return nil }
    let names = record?.table?.names
    let scales = forecastNames.map { name -> NumberEncoding in
      let feature = features.first { (names?[$0.position] ?? String($0.position + 1)) == name }
      guard case .number(let scale)? = feature?.encoding else { return .unchanged }
      return scale.ofAnswers
    }
    guard scales.contains(where: { $0 != .unchanged }) else { return nil }
    return (0..<windows.horizon).flatMap { _ in scales }
  }

  /// What forecasts without a net reach on a set of windows, in one line; nil for any other set.
  package var naiveForecasts: String? {
    guard let windows, !targets.isEmpty else { return nil }
    var text = "naive forecast: rmse \(significant(windows.naiveError(self, back: 1), 5)) with the last value"
    if let season = windows.season {
      text += ", \(significant(windows.naiveError(self, back: season), 5)) with that of \(season) steps before"
    }
    return text
  }
}
