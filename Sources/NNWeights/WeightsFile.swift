import NNCore
import NNFiles
import NNKernels
import NNText

/// A file of weights that is enough to predict: the arrays, and in the metadata the model's text and the record of what
/// the training was told and has learned.
public struct WeightsFile: Sendable {
  /// The arrays and texts.
  public var tensors: TensorFile

  /// The version of this program.
  package static let programVersion = "0.2.0"

  private enum Key {
    static let model = "nnrun.model"
    static let record = "nnrun.record"
    static let version = "nnrun.version"
    static let format = "format"
  }

  /// A file around arrays that were read or are to be written.
  public init(_ tensors: TensorFile = TensorFile()) { self.tensors = tensors }

  /// Reads a file and checks its checksum. A file without one is taken if it does not say that this program wrote it.
  public init(path: String) throws {
    tensors = try TensorFile(path: path)
    try Self.requireChecksum(tensors, path)
  }

  static func requireChecksum(_ tensors: TensorFile, _ path: String) throws {
    switch tensors.checksumState {
    case .numbers, .everything: return
    case .missing:
      guard tensors.metadata[Key.model] != nil else { return }
      throw DiagnosticError(
        code: "checksum", file: path, "the file holds a model but no checksum, so another program has written it anew",
        remedy: olderCopy)
    case .wrong: throw changed(path)
    }
  }

  private static let olderCopy = "take an older copy of the file"

  /// Says that a file's checksum is wrong.
  package static func changed(_ path: String) -> DiagnosticError {
    DiagnosticError(
      code: "checksum", file: path, "the file has changed since it was written: the checksum is wrong",
      remedy: olderCopy)
  }

  /// The arrays of a net. Throws a `DiagnosticError` if two of them have the same name.
  ///
  /// - Parameters:
  ///   - model: the model's text.
  ///   - record: what the training was told and has learned.
  ///   - version: of the program that writes the file.
  package init<S: Scalar>(
    _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, model: String, record: StrictJSON, version: String
  ) throws {
    tensors = TensorFile(metadata: Self.metadata(model: model, record: record, version: version))
    tensors.metadata[Key.format] = "pt"
    try tensors.append(plan, parameters: parameters, state: state)
  }

  /// The texts that weights and checkpoints have alike.
  static func metadata(model: String, record: StrictJSON, version: String) -> [String: String] {
    [Key.model: model, Key.version: version, Key.record: record.written]
  }

  /// Whether it is the state of a training run instead.
  public var isCheckpoint: Bool { tensors.metadata[Checkpoint.kindKey] == Checkpoint.kind }
  /// The model's text, or nil in a file of another program.
  public var model: String? { tensors.metadata[Key.model] }
  /// The program that wrote it.
  public var version: String? { tensors.metadata[Key.version] }

  /// The record of what the training was told and has learned; nil in a file that has none.
  ///
  /// - Throws: a `DiagnosticError` when it is no JSON.
  package func record() throws -> StrictJSON? {
    guard let text = tensors.metadata[Key.record] else { return nil }
    do {
      return try StrictJSON(Array(text.utf8))
    } catch {
      throw DiagnosticError(
        code: "bad-record", file: tensors.file, "the record of the training cannot be read: \(error.message)")
    }
  }
}

extension TensorFile {
  /// Appends a net's parameters and state under their names. Throws a `DiagnosticError` if one of them is taken.
  package mutating func append<S: Scalar>(
    _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, prefix: String = ""
  ) throws {
    for parameter in plan.parameters {
      try append(
        prefix + parameter.name, dimensions: parameter.plan.shape.dimensions, parameters.slice(parameter.range))
    }
    for array in plan.states {
      try append(prefix + array.name, dimensions: array.plan.shape.dimensions, state.slice(array.range))
    }
  }

  /// Fills a net's parameters and state by name. Throws a `DiagnosticError` with every array that is missing or has
  /// another shape; arrays that the net does not know are left alone.
  public func load<S: Scalar>(
    _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, prefix: String = ""
  ) throws {
    let match = WeightsMatch(self, plan, prefix: prefix)
    var problems: [Diagnostic] = []
    func add(_ code: String, _ message: String) {
      problems.append(Diagnostic(code: code, message, place: SourcePlace(file: file, line: 0, column: 0)))
    }
    for name in match.missing {
      let near = nearestName(to: name, among: match.unused)
      add("missing-array", "there is no array '\(prefix + name)'" + (near.map { "; there is '\($0.shortened)'" } ?? ""))
    }
    for wrong in match.wrongShapes {
      add("shape-mismatch", "'\(wrong.name)' has the shape \(wrong.found), but the model needs \(wrong.needed)")
    }
    if !problems.isEmpty { throw DiagnosticError(problems) }
    match.take(self, plan, parameters: parameters, state: state)
  }
}

/// Which arrays of a file fit a net: by name and shape.
public struct WeightsMatch: Sendable {
  /// The names that are in both with the same shape.
  public private(set) var taken: [String] = []
  /// The names that the net has and the file has not.
  public private(set) var missing: [String] = []
  /// The names that the file has and the net has not.
  public private(set) var unused: [String] = []
  /// The names that are in both with different shapes, as text.
  public private(set) var wrongShapes: [(name: String, found: String, needed: String)] = []
  private let prefix: String

  /// Compares a file with a net.
  public init(_ file: TensorFile, _ plan: NetworkPlan, prefix: String = "") {
    self.prefix = prefix
    let arrays = plan.parameters.map { ($0.name, $0.plan.shape) } + plan.states.map { ($0.name, $0.plan.shape) }
    for (name, shape) in arrays {
      guard let entry = file.entry(prefix + name) else {
        missing.append(name)
        continue
      }
      if entry.dimensions == shape.dimensions {
        taken.append(name)
      } else {
        let found = entry.dimensions.isEmpty ? "scalar" : entry.dimensions.map(String.init).joined(separator: "x")
        wrongShapes.append((name, found, shape.description))
      }
    }
    let known = Set(arrays.map { prefix + $0.0 })
    unused = file.entries.map(\.name).filter { $0.hasPrefix(prefix) && !known.contains($0) }
  }

  /// Copies the arrays that fit.
  public func take<S: Scalar>(_ file: TensorFile, _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>) {
    let fits = Set(taken)
    for parameter in plan.parameters where fits.contains(parameter.name) {
      if let entry = file.entry(prefix + parameter.name) {
        _ = file.read(entry, into: parameters.slice(parameter.range))
      }
    }
    for array in plan.states where fits.contains(array.name) {
      if let entry = file.entry(prefix + array.name) { _ = file.read(entry, into: state.slice(array.range)) }
    }
  }
}
