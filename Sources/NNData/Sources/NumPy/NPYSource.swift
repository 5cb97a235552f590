import NNCore
import NNFiles

/// Samples from NumPy's files of one array each.
public struct NPYSource: DataSource, DeclaredElement {
  /// The declaration of `<npy>`.
  public static let schema = ElementSchema(
    .source, "npy", summary: "Samples from NumPy's files of one array each, samples along the first dimension.",
    reference: "numpy.lib.format, versions 1 to 3",
    example: #"<npy role="train" path="x.npy" labels="y.npy"/>"#,
    attributes: [
      .required("path", .path, "The file of inputs."),
      .optional("labels", .path, "The file of labels (whole numbers) or target values (other numbers)."),
    ])

  private let path: String
  private let labels: String?

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    labels = attributes.has("labels") ? attributes.text("labels") : nil
  }

  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    let input = try NPYFile.parse(FileReading.expandedBytes(file)[...], file: file, isDouble: context.isDouble).input()
    guard let labels else { return try Dataset(inputs: [input], targets: [], file: file) }
    let labelFile = context.resolve(labels)
    let target = try NPYFile.parse(
      FileReading.expandedBytes(labelFile)[...], file: labelFile, isDouble: context.isDouble
    ).target("label", context)
    return try Dataset(inputs: [input], targets: [target], classNames: context.classes, file: file)
  }
}
