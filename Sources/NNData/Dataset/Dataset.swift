import NNCore
import NNKernels

/// Samples in memory: arrays for the net's inputs and for its targets, and which of their rows belong to the set.
///
/// Parts of a set share its arrays.
public struct Dataset: Sendable {
  /// What the net reads.
  public var inputs: [DataArray]
  /// The right answers.
  public var targets: [DataArray]
  /// The names of the classes, if the labels have names.
  public var classNames: [String]?
  /// How the first input came from picture files, if it did.
  public var pictures: PictureForm?
  /// How the source was read, if its files leave anything open.
  public var record: SourceRecord?
  /// The columns of a table that the training set does not have and that are left out.
  public var ignoredColumns: [String] = []
  /// What is worth a warning about the files that the samples came from.
  public var warnings: [Diagnostic] = []
  /// The rows of the arrays that are the set's samples, in order.
  public private(set) var rows: [Int32]
  /// The file, or files, that the set was read from, for messages; empty for a set made in code.
  public let file: String

  /// A set of all rows of the given arrays. Throws a `DiagnosticError` when they differ in their number of samples, and
  /// when one of them holds NaN or an infinite number.
  public init(inputs: [DataArray], targets: [DataArray], classNames: [String]? = nil, file: String = "") throws {
    self.file = file
    let place = file.isEmpty ? "data" : file
    let counts = (inputs + targets).map { ($0.name, $0.elements.count / $0.width) }
    for (name, count) in counts where count != counts[0].1 {
      throw DiagnosticError(
        code: "sample-count", file: place,
        "'\(counts[0].0)' has \(counts[0].1) samples, but '\(name)' has \(count)")
    }
    let count = counts.first?.1 ?? 0
    guard count > 0 else { throw DiagnosticError(code: "no-samples", file: place, "there are no samples") }
    guard count <= Int(Int32.max) else {
      throw DiagnosticError(code: "too-many-samples", file: place, "there are more than \(Int32.max) samples")
    }
    for array in inputs + targets { try array.requireFinite(file: place) }
    self.inputs = inputs
    self.targets = targets
    self.classNames = classNames
    rows = Array(0..<Int32(count))
  }

  /// The number of samples.
  public var count: Int { rows.count }

  /// The samples at the given positions of this set, in that order.
  public func subset(_ positions: [Int]) -> Dataset {
    var result = self
    result.rows = positions.map { rows[$0] }
    return result
  }

  /// The same samples with other arrays of as many rows.
  func with(inputs: [DataArray], targets: [DataArray]) -> Dataset {
    var result = self
    result.inputs = inputs
    result.targets = targets
    return result
  }

  /// The target called `name`.
  public func target(_ name: String) -> DataArray? { targets.first { $0.name == name } }

  /// The forms of the targets by name, for planning a net.
  public var targetForms: [String: TargetForm] {
    Dictionary(targets.map { ($0.name, $0.form) }, uniquingKeysWith: { first, _ in first })
  }
}
