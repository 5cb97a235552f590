import NNCore
import NNFiles
import NNText

/// What a training was told and has learned of its data, as far as predicting depends on it. It is the object `data` of
/// the record that is stored with the weights; docs/RECORD.md describes the JSON.
public struct DataRecord: Sendable, Hashable {
  /// The forms of the targets, by name.
  public var targets: [String: TargetForm]
  /// The names of the classes, in the order of their numbers.
  public var classes: [String]?
  /// What is done to each free input's numbers, by the input's name; nothing where there is none.
  public var preprocessing: [String: AffinePreprocessing]
  /// How picture files became samples; nil if the training read none.
  public var pictures: PictureForm?
  /// How the training set was read, so that other files are read alike; nil for data made in code.
  public var source: SourceRecord?

  /// A record.
  public init(
    targets: [String: TargetForm] = [:], classes: [String]? = nil, preprocessing: [String: AffinePreprocessing] = [:],
    pictures: PictureForm? = nil, source: SourceRecord? = nil
  ) {
    self.targets = targets
    self.classes = classes
    self.preprocessing = preprocessing
    self.pictures = pictures
    self.source = source
  }

  /// The preprocessing of a net's free inputs, in their order.
  ///
  /// - Throws: a `DiagnosticError` for numbers that do not fit an input's width, naming `file`.
  public func preprocessing(for definition: NetworkDefinition, file: String) throws -> [AffinePreprocessing] {
    try definition.freeInputs.map { index in
      let input = definition.inputs[index]
      let affine = preprocessing[input.name] ?? .identity
      guard affine.fits(input.shape.elementCount) else {
        throw DiagnosticError(
          code: "bad-record", file: file,
          "the preprocessing of '\(input.name)' has \(max(affine.scales.count, affine.shifts.count)) numbers, but the "
            + "input has \(input.shape.elementCount)")
      }
      return affine
    }
  }
}

// MARK: - JSON

extension DataRecord {
  /// The version of the record's form that this program writes, and the only one that it reads.
  private static let version = 1

  /// The whole record: its version, this as `data`, and further members.
  package func record(with members: [StrictJSON.Member] = []) -> StrictJSON {
    .object([.init(key: "version", value: .integer(Self.version)), .init(key: "data", value: json)] + members)
  }

  /// The part `data` of a record.
  ///
  /// - Throws: a `DiagnosticError` that names `file`: the record is of a later version, or is none.
  package init(record: StrictJSON, file: String) throws {
    guard case .integer(let version)? = record["version"] else { throw Self.unreadable(file) }
    guard version == Self.version else {
      throw DiagnosticError(
        code: "bad-record", file: file,
        "the file's record has the form \(version), but this program reads form \(Self.version)",
        remedy: version > Self.version ? "take a newer nnrun" : nil)
    }
    guard let data = record["data"].flatMap({ DataRecord(json: $0) }) else { throw Self.unreadable(file) }
    self = data
  }

  /// What to say of a record that is damaged.
  package static func unreadable(_ file: String) -> DiagnosticError {
    DiagnosticError(code: "bad-record", file: file, "the record of the training in the file cannot be read")
  }

  /// The record as JSON.
  package var json: StrictJSON {
    var members: [StrictJSON.Member] = [
      .init(
        key: "targets",
        value: .object(
          targets.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: Self.json($0.value)) }))
    ]
    if let classes { members.append(.init(key: "classes", value: .array(classes.map { .text($0) }))) }
    members.append(
      .init(
        key: "preprocessing",
        value: .object(
          preprocessing.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: Self.json($0.value)) })))
    if let pictures { members.append(.init(key: "pictures", value: .text(pictures.encoded))) }
    if let source { members.append(.init(key: "source", value: source.json)) }
    return .object(members)
  }

  /// Reads what `json` wrote; nil if it is something else.
  package init?(json: StrictJSON) {
    self.init()
    guard case .object(let forms)? = json["targets"], case .object(let affines)? = json["preprocessing"] else {
      return nil
    }
    for member in forms {
      guard let form = Self.form(member.value) else { return nil }
      targets[member.key] = form
    }
    for member in affines {
      guard let affine = Self.affine(member.value) else { return nil }
      preprocessing[member.key] = affine
    }
    if let value = json["classes"] {
      guard let names = value.texts else { return nil }
      classes = names
    }
    if let value = json["pictures"] {
      guard case .text(let text) = value, let form = PictureForm(encoded: text) else { return nil }
      pictures = form
    }
    if let value = json["source"] {
      guard let source = SourceRecord(json: value) else { return nil }
      self.source = source
    }
  }

  private static func json(_ form: TargetForm) -> StrictJSON {
    let shape = StrictJSON.array(form.shape.dimensions.map { .integer($0) })
    switch form {
    case .values: return .object([.init(key: "values", value: shape)])
    case .classes(let count, _):
      return .object([.init(key: "classes", value: .integer(count)), .init(key: "shape", value: shape)])
    }
  }

  private static func form(_ json: StrictJSON) -> TargetForm? {
    if let shape = json["values"].flatMap(shape) { return .values(shape) }
    guard let shape = json["shape"].flatMap(shape), case .integer(let count)? = json["classes"],
      (1...(1 << 24)).contains(count)
    else { return nil }
    return .classes(count: count, shape: shape)
  }

  private static func shape(_ json: StrictJSON) -> Shape? {
    guard case .array(let values) = json else { return nil }
    let sizes = values.compactMap { value -> Int? in if case .integer(let size) = value { size } else { nil } }
    return sizes.count == values.count ? Shape(sizes) : nil
  }

  private static func json(_ affine: AffinePreprocessing) -> StrictJSON {
    .object([
      .init(key: "scales", value: .array(affine.scales.map { .number($0) })),
      .init(key: "shifts", value: .array(affine.shifts.map { .number($0) })),
    ])
  }

  private static func affine(_ json: StrictJSON) -> AffinePreprocessing? {
    guard let scales = json["scales"]?.numbers, let shifts = json["shifts"]?.numbers, !scales.isEmpty, !shifts.isEmpty,
      scales.count == shifts.count || scales.count == 1 || shifts.count == 1
    else { return nil }
    return AffinePreprocessing(scales: scales, shifts: shifts)
  }
}

// MARK: - Files of version 0.1.0

extension DataRecord {
  /// The record that a file of version 0.1.0 kept in four entries of its metadata.
  ///
  /// - Throws: a `DiagnosticError` for entries that cannot be read, naming `file`.
  package init(entries: [String: String], firstInput: String?, file: String) throws {
    self.init()
    for line in (entries["nnrun.targets"] ?? "").split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 3 else { continue }
      let sizes = words[2] == "scalar" ? [] : words[2].split(separator: "x").compactMap { Int($0) }
      guard let shape = Shape(sizes) else { continue }
      if words[1] == "values" { targets[words[0]] = .values(shape) }
      if words[1] == "classes", words.count == 4, let count = Int(words[3]), count > 0 {
        targets[words[0]] = .classes(count: count, shape: shape)
      }
    }
    if let text = entries["nnrun.classes"] { classes = (try? StrictJSON(Array(text.utf8)))?.texts }
    if let text = entries["nnrun.preprocessing"], let firstInput {
      guard let affine = AffinePreprocessing(encoded: text) else {
        throw DiagnosticError(code: "bad-record", file: file, "the preprocessing in the file cannot be read")
      }
      preprocessing[firstInput] = affine
    }
    pictures = entries["nnrun.pictures"].flatMap { PictureForm(encoded: $0) }
  }
}
