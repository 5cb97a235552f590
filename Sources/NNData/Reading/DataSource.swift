import NNCore
import NNKernels

/// An element of a model's `<data>` section: it reads files, or makes numbers up, and gives a set of samples.
public protocol DataSource: ElementValue {
  /// Reads the samples. Throws a `DiagnosticError` with file and line for data that is wrong.
  func read(_ context: SourceContext) throws -> Dataset

  /// How many samples there are and the bytes that reading them takes, where both are known without opening a file; nil,
  /// as by default, if they are not.
  ///
  /// - Parameter isDouble: whether numbers are kept in double precision.
  func size(isDouble: Bool) -> (samples: Int, bytes: Int)?
}

extension DataSource {
  public func size(isDouble: Bool) -> (samples: Int, bytes: Int)? { nil }
}

extension DataSource {
  /// The samples, with a record of how they were read: of a source that leaves nothing open, its kind.
  package func recordedSamples(_ context: SourceContext) throws -> Dataset {
    var set = try read(context)
    set.record = set.record ?? SourceRecord(.other(kind: schema.name))
    return set
  }
}

/// What a source is told besides its attributes.
public struct SourceContext: Sendable {
  /// The folder of the model file, from which paths are seen.
  public var folder: String
  /// The names of the classes, from the model or from the training set.
  public var classes: [String]?
  /// The form of the label that the training set has, so that other sets are read alike.
  public var labelForm: TargetForm?
  /// How the training set was read; nil for the training set itself, and where nothing is known of it.
  public var record: SourceRecord?
  /// Labels that stand for no class: their samples do not count.
  public var ignoredLabels: Set<Int>
  /// Whether numbers are kept in double precision.
  public var isDouble: Bool
  /// The threads that share the work of decoding; the calling one alone unless given.
  public var workers: WorkerPool?

  /// A context.
  public init(
    folder: String, classes: [String]? = nil, labelForm: TargetForm? = nil, record: SourceRecord? = nil,
    ignoredLabels: Set<Int> = [],
    isDouble: Bool = false, workers: WorkerPool? = nil
  ) {
    self.workers = workers
    self.folder = folder
    self.classes = classes
    self.labelForm = labelForm
    self.record = record
    self.ignoredLabels = ignoredLabels
    self.isDouble = isDouble
  }

  /// A path of the model file as the program must open it.
  public func resolve(_ path: String) -> String {
    path.hasPrefix("/") || folder == "." || folder.isEmpty ? path : folder + "/" + path
  }
}

/// Makes the random changes to samples known.
public func registerStandardAugmentations(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Flip.self)
  try registry.register(Translate.self)
  try registry.register(Zoom.self)
  try registry.register(Rotate.self)
  try registry.register(Brightness.self)
  try registry.register(Contrast.self)
  try registry.register(Cutout.self)
  try registry.register(Mixup.self)
}

/// Makes the data sources of this module known.
public func registerStandardSources(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(CSVSource.self)
  try registry.register(IDXSource.self)
  try registry.register(CIFARSource.self)
  try registry.register(CIFAR100Source.self)
  try registry.register(ImagesSource.self)
  try registry.register(NPYSource.self)
  try registry.register(NPZSource.self)
  try registry.register(RandomSource.self)
}

/// Makes the preprocessing steps of this module known.
public func registerStandardPreprocessing(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Scale.self)
  try registry.register(Shift.self)
  try registry.register(Standardize.self)
}
