import NNCore
import NNFiles
import NNKernels

/// A file of weights that is enough to predict: the arrays, and in the metadata the model's text, its preprocessing and
/// its class names.
public struct WeightsFile: Sendable {
  /// The arrays and texts.
  public var tensors: TensorFile

  private enum Key {
    static let model = "nnrun.model"
    static let preprocessing = "nnrun.preprocessing"
    static let classes = "nnrun.classes"
    static let pictures = "nnrun.pictures"
    static let targets = "nnrun.targets"
    static let version = "nnrun.version"
    static let format = "format"
  }

  /// A file around arrays that were read or are to be written.
  public init(_ tensors: TensorFile = TensorFile()) { self.tensors = tensors }

  /// Reads a file and checks its checksum, if it has one.
  public init(path: String) throws {
    tensors = try TensorFile(path: path)
    try Self.requireChecksum(tensors, path)
  }

  static func requireChecksum(_ tensors: TensorFile, _ path: String) throws {
    guard tensors.checksumHolds ?? true else {
      throw DiagnosticError(
        code: "checksum", file: path, "the numbers have changed since the file was written: the checksum is wrong",
        remedy: "take an older copy of the file, or train again")
    }
  }

  /// The arrays of a net.
  public init<S: Scalar>(
    _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, model: String, preprocessing: String?,
    classes: [String]?, pictures: String? = nil, version: String
  ) {
    tensors = TensorFile()
    tensors.metadata[Key.format] = "pt"
    tensors.metadata[Key.model] = model
    tensors.metadata[Key.version] = version
    tensors.metadata[Key.preprocessing] = preprocessing
    tensors.metadata[Key.pictures] = pictures
    tensors.metadata[Key.targets] = plan.targets.keys.sorted().compactMap { name in
      plan.targets[name].map { "\(name) \(Self.written($0))" }
    }.joined(separator: "\n")
    tensors.metadata[Key.classes] = classes.map { "[" + $0.map { jsonQuoted($0) }.joined(separator: ",") + "]" }
    tensors.append(plan, parameters: parameters, state: state)
  }

  /// The model's text, or nil in a file of another program.
  public var model: String? { tensors.metadata[Key.model] }
  /// The preprocessing as text.
  public var preprocessing: String? { tensors.metadata[Key.preprocessing] }
  /// What became of picture files, as text; nil if the net was trained on something else.
  public var pictures: String? { tensors.metadata[Key.pictures] }
  /// The program that wrote it.
  public var version: String? { tensors.metadata[Key.version] }

  /// The names of the classes.
  public var classes: [String]? {
    guard let text = tensors.metadata[Key.classes], case .array(let values)? = try? StrictJSON(Array(text.utf8)) else {
      return nil
    }
    let names = values.compactMap { value -> String? in
      if case .text(let name) = value { name } else { nil }
    }
    return names.count == values.count ? names : nil
  }

  /// The forms of the targets that the net was trained on.
  public var targets: [String: TargetForm] {
    var forms: [String: TargetForm] = [:]
    for line in (tensors.metadata[Key.targets] ?? "").split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 3 else { continue }
      let sizes = words[2] == "scalar" ? [] : words[2].split(separator: "x").compactMap { Int($0) }
      guard let shape = Shape(sizes) else { continue }
      if words[1] == "values" { forms[words[0]] = .values(shape) }
      if words[1] == "classes", words.count == 4, let count = Int(words[3]), count > 0 {
        forms[words[0]] = .classes(count: count, shape: shape)
      }
    }
    return forms
  }

  private static func written(_ form: TargetForm) -> String {
    switch form {
    case .values(let shape): "values \(shape)"
    case .classes(let count, let shape): "classes \(shape) \(count)"
    }
  }
}

extension TensorFile {
  /// Appends a net's parameters and state under their names.
  package mutating func append<S: Scalar>(
    _ plan: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, prefix: String = ""
  ) {
    for parameter in plan.parameters {
      append(prefix + parameter.name, dimensions: parameter.plan.shape.dimensions, parameters.slice(parameter.range))
    }
    for array in plan.states {
      append(prefix + array.name, dimensions: array.plan.shape.dimensions, state.slice(array.range))
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
