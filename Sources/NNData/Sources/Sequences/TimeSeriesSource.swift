import NNCore
import NNFiles

/// Sequences from files of the UEA and UCR archives of time series.
public struct TimeSeriesSource: SampleFormat {
  /// The declaration of `<timeSeries>`.
  public static let schema = ElementSchema(
    .source, "timeSeries",
    summary:
      "Sequences from a .ts file of the UEA and UCR archives, steps x dimensions, of equal or of different lengths; "
      + "also compressed with gzip.",
    reference: "Bagnall et al. 2018, The UEA multivariate time series classification archive; read as by aeon",
    example: #"<timeSeries role="train" path="JapaneseVowels_TRAIN.ts.gz"/>"#,
    attributes: [
      .required("path", .path, "The file; .gz is read transparently."),
      .optional(
        "missing", .choice(Missing.allCases.map(\.rawValue)), default: .text(Missing.refuse.rawValue),
        "What becomes of missing numbers (? or NaN): refuse; zero; or previous, the number before in the same dimension, "
          + "or the first one for a gap at the beginning."),
    ])

  /// What becomes of missing numbers.
  package enum Missing: String, Sendable, CaseIterable { case refuse, zero, previous }

  private let path: String
  private let missing: Missing

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    missing = Missing(rawValue: attributes.text("missing")) ?? .refuse
  }

  /// Reads the samples of the file that its attribute names. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    try Self.read(SampleFile(context.resolve(path)), missing, context, hasTargets: true)
  }

  static func matches(_ file: SampleFile) throws -> Bool { try TimeSeriesFile.isTimeSeries(file.head()) }

  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    var missing = Missing.refuse
    if case .timeSeries(let known)? = request.context.record?.form { missing = known }
    return try read(file, missing, request.context, hasTargets: request.hasTargets)
  }

  private static func read(
    _ file: SampleFile, _ missing: Missing, _ context: SourceContext, hasTargets: Bool
  ) throws -> Dataset {
    var parser = TimeSeriesFile(try file.takeBytes(), file: file.name, missing: missing)
    try parser.read(classes: context.classes, hasTargets: hasTargets)
    var set = try Dataset(
      inputs: [parser.input()], targets: parser.target().map { [$0] } ?? [], classNames: parser.classNames,
      file: file.name)
    set.record = SourceRecord(.timeSeries(missing: missing))
    return set
  }
}
