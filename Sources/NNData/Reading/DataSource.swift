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
  /// Unknown.
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

/// What a source is given besides its attributes.
public struct SourceContext: Sendable {
  /// The folder of the model file, from which paths are seen.
  public var folder: String
  /// The names of the classes, from the model or from the training set; nil if they have none.
  public var classes: [String]?
  /// The form of the training set's label, so that other sets are read alike; nil for the training set itself.
  public var labelForm: TargetForm?
  /// How the training set was read; nil for the training set itself, and where nothing is known of it.
  public var record: SourceRecord?
  /// What the model says of a table's columns; nil if it says nothing.
  package var columns: DeclaredColumns?
  /// Columns of a table on which splits depend. They are kept beside the inputs, and are none unless <columns> says so.
  package var splitColumns: [String] = []
  /// Those of them that say when a sample was.
  package var splitOrders: Set<String> = []
  /// The steps of the net's input, where it reads sequences and says how many there can be; nil if the data decides.
  package var sequenceSteps: Int?
  /// The dimensions of the net's input.
  package var sequenceRank: Int?
  /// Takes what is wrong with rows that are left out; nil where such a row is an error.
  package var skipsBadRows = false
  /// Labels that stand for no class: their samples do not count.
  public var ignoredLabels: Set<Int>
  /// Whether the net has a label for each step of a sequence, so that a row of whole numbers is a row of labels.
  public var labelsPerStep = false
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

  /// A path of the model file, seen from the working folder.
  public func resolve(_ path: String) -> String {
    path.hasPrefix("/") || folder == "." || folder.isEmpty ? path : folder + "/" + path
  }
}
