import NNCore
import NNText

/// Names that another program has put something before, such as `module.` or `_orig_mod.`.
extension WeightsMatch {
  /// What stands before the net's names in a file: each prefix, with which at least one array fits by name and shape,
  /// and what then fits; those with which most fits first, at most eight.
  public static func prefixes(
    _ file: TensorFile, _ plan: NetworkPlan
  ) -> [(prefix: String, match: WeightsMatch)] {
    let known = Set(plan.parameters.map(\.name) + plan.states.map(\.name))
    var counts: [String: Int] = [:]
    for entry in file.entries {
      for place in entry.name.indices where entry.name[place] == "." {
        let start = entry.name.index(after: place)
        guard known.contains(String(entry.name[start...])) else { continue }
        counts[String(entry.name[..<start]), default: 0] += 1
      }
    }
    let likely = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
    return likely.map { ($0.key, WeightsMatch(file, plan, prefix: $0.key)) }.filter { !$0.match.taken.isEmpty }
      .sorted { $0.match.taken.count > $1.match.taken.count }
  }

  /// Whether every array of the net is in the file with its shape.
  public var isComplete: Bool { missing.isEmpty && wrongShapes.isEmpty }

  /// Why nothing of a file fits a net: what the net needs, and what the file has that comes nearest.
  ///
  /// - Parameter remedy: what to do about a prefix, or nil for what the names themselves say.
  public func nothingFits(_ file: TensorFile, _ plan: NetworkPlan, path: String, remedy: String?) -> DiagnosticError {
    func note(_ title: String, _ lines: [String], of count: Int) -> Diagnostic {
      let rest = count > lines.count ? ["and \(count - lines.count) more"] : []
      return Diagnostic(.note, code: "nothing-fits", ([title] + lines + rest).joined(separator: "\n  "), place: place)
    }
    let place = SourcePlace(file: path, line: 0, column: 0)
    let arrays = plan.parameters.map { ($0.name, $0.plan.shape) } + plan.states.map { ($0.name, $0.plan.shape) }
    let needed = arrays.prefix(Self.mostNames).map { name, shape in
      var line = "'\(name)' \(shape)"
      if let wrong = wrongShapes.first(where: { $0.name == name }) {
        line += "; the file has it with the shape \(wrong.found)"
      } else if let near = nearest(to: name, shape, in: file) {
        line += "; near it is '\(near.shortened)' \(file.shape(near))"
      }
      return line
    }
    let found = file.entries.prefix(Self.mostNames).map { "'\($0.name.shortened)' \(file.shape($0.name))" }
    return DiagnosticError([
      Diagnostic(
        code: "nothing-fits", file.entries.isEmpty ? "the file has no arrays" : "no array of the file fits the net",
        remedy: remedy, place: place),
      note("the net needs", needed, of: arrays.count),
      note("the file has", found, of: file.entries.count),
    ])
  }

  /// The most names in a message.
  private static let mostNames = 20

  /// The array of a file that is most likely meant by a name: one with more before the name, one of a similar name, or
  /// one of the same shape.
  private func nearest(to name: String, _ shape: Shape, in file: TensorFile) -> String? {
    unused.first { $0.hasSuffix("." + name) } ?? nearestName(to: name, among: unused)
      ?? (shape.rank > 1 ? unused.first { file.entry($0)?.dimensions == shape.dimensions } : nil)
  }
}

extension TensorFile {
  fileprivate func shape(_ name: String) -> String {
    guard let sizes = entry(name)?.dimensions else { return "" }
    return sizes.isEmpty ? "scalar" : sizes.map(String.init).joined(separator: "x")
  }
}
