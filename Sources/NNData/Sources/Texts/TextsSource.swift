import NNCore
import NNFiles

/// Samples from files of text.
public struct TextsSource: SampleFormat {
  /// The declaration of `<texts>`.
  public static let schema = ElementSchema(
    .source, "texts",
    summary:
      "Texts from a folder with one folder of .txt files for each class, or from a file with a text on each line; also "
      + "compressed with gzip. They are the column 'text' of <columns>.",
    example: #"<texts role="train" path="reviews/train"/>"#,
    attributes: [
      .required("path", .path, "The folder; or the file with a text on each line."),
      .optional(
        "label", .choice(TextFiles.Label.allCases.map(\.rawValue)), default: .text(TextFiles.Label.none.rawValue),
        "Where each line has its class: first, before the first tab or else before the first blank; last, behind the last "
          + "one; or none."),
      .optional("labels", .path, "A file with the class of each text on a line of its own."),
      .optional(
        "encoding", .choice(TextEncoding.allCases.map(\.rawValue)), default: .text("auto"),
        "How the files are encoded. auto: UTF-16 if a byte order mark says so, otherwise UTF-8."),
    ])

  private let path: String
  private let label: TextFiles.Label
  private let labels: String?
  private let encoding: TextEncoding

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    label = TextFiles.Label(rawValue: attributes.text("label")) ?? .none
    labels = attributes.has("labels") ? attributes.text("labels") : nil
    encoding = TextEncoding(rawValue: attributes.text("encoding")) ?? .auto
    guard labels == nil || label == .none else {
      throw ElementError(
        code: "exclusive-attributes", "<texts> has label and labels, but a text has one class",
        remedy: "keep one of them", attribute: "labels")
    }
  }

  /// Reads the samples of the files that its attributes name. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    let place = context.resolve(path)
    let isFolder = Path.isFolder(place)
    guard !isFolder || labels == nil && label == .none else {
      throw ElementError(
        code: "exclusive-attributes", "\(place) is a folder, whose folders are the classes",
        remedy: "leave it out", attribute: labels == nil ? "label" : "labels")
    }
    guard let declared = context.columns else {
      throw DiagnosticError(
        code: "missing-columns", "texts become numbers by <columns>, which the model does not have",
        remedy: "write <columns><text name=\"text\" length=\"100\"/></columns>")
    }
    let samples =
      isFolder
      ? try TextSamples(folder: place, classes: context.classes, encoding)
      : try TextSamples(
        lines: place, bytes: FileReading.expandedBytes(place), encoding, label: label,
        labelFile: labels.map(context.resolve), classes: context.classes)
    var record = TableRecord(
      separator: .tab, decimalMark: .point, names: [TextFiles.column] + (samples.labels.isEmpty ? [] : ["label"]),
      columns: samples.labels.isEmpty ? 1 : 2, answers: samples.labels.isEmpty ? [] : [1],
      task: samples.labels.isEmpty ? nil : .classes)
    record.texts = TextFiles(areLines: !isFolder, label: label)
    (record.encoding, record.gaps) = (encoding, [])
    record.features =
      try context.record?.table?.features
      ?? declared.features(
        names: [TextFiles.column], at: [0], answers: record.answers.map { _ in "label" }, file: place
      ) { _, message in
        DiagnosticError(
          code: "undeclared-column", file: place, message, remedy: "write <text name=\"text\" length=\"100\"/>")
      }.features
    var set = try Self.set(samples, inputs: [], table: samples.table, hasTargets: true, file: place)
    set.record = SourceRecord(.table(record))
    return set
  }

  /// Nothing tells texts from other files; what the training set was does.
  static func matches(_ file: SampleFile) -> Bool { false }

  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    let context = request.context
    guard let record = context.record?.table, let features = record.features else {
      throw DiagnosticError(code: "bad-record", file: file.name, "nothing is known of how texts become numbers")
    }
    let form = record.texts ?? TextFiles(areLines: true)
    let samples: TextSamples
    if Path.isFolder(file.path) {
      samples = try TextSamples(folder: file.path, classes: context.classes, record.encoding)
    } else if form.areLines || request.labels != nil {
      var label = form.label
      if let word = request.label {
        guard let named = TextFiles.Label(rawValue: word) else {
          throw DiagnosticError(
            .usage, code: "bad-value", "of texts the label is first, last or none, not '\(word)'")
        }
        label = named
      }
      if request.labels != nil { label = .none }
      samples = try TextSamples(
        lines: file.name, bytes: file.takeBytes(), record.encoding, label: label, labelFile: request.labels,
        classes: context.classes)
    } else {
      samples = try TextSamples(file: file.name, bytes: file.takeBytes(), record.encoding)
    }
    guard !request.hasTargets || !samples.labels.isEmpty else {
      throw DiagnosticError(
        code: "missing-labels", file: file.name, "the texts have no classes",
        remedy: "put them into one folder for each class, or name a file with a class on each line")
    }
    let (inputs, warnings) = try samples.table.encoded(features, isDouble: context.isDouble, file: file.name)
    var set = try set(samples, inputs: inputs, table: nil, hasTargets: request.hasTargets, file: file.name)
    set.warnings += warnings
    if let files = samples.files, files.count > 1 { set.keptColumns = [KeptColumn(name: "file", texts: files)] }
    return set
  }

  private static func set(
    _ samples: TextSamples, inputs: [DataArray], table: RawTable?, hasTargets: Bool, file: String
  ) throws -> Dataset {
    let target = DataArray(
      name: "label", form: .classes(count: max(1, samples.classes.count), shape: Shape(1)),
      elements: .labels(samples.labels))
    let hasTargets = hasTargets && !samples.labels.isEmpty
    var set = try Dataset(
      inputs: inputs, targets: hasTargets ? [target] : [], classNames: hasTargets ? samples.classes : nil,
      table: table, file: file)
    set.warnings = samples.warnings
    return set
  }
}
