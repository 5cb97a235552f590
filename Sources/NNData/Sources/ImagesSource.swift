import NNCore
import NNFiles
import NNImages
import NNKernels
import Synchronization

/// Samples from picture files.
public struct ImagesSource: DataSource {
  /// The declaration of `<images>`.
  public static let schema = ElementSchema(
    .source, "images",
    summary: "Pictures from PNG and JPEG files: a folder with one folder for each class, or a list of files.",
    reference: "resizing as Pillow's Image.resize with BILINEAR; one channel is the brightness of ITU-R BT.601",
    example: #"<images role="train" path="photos/train" size="32x32"/>"#,
    attributes: [
      .required(
        "path", .path,
        "The folder; or a text file with a path and, after a tab or a space, a class in each line."),
      .optional("channels", .choice(["1", "3"]), default: .text("3"), "1 for brightness, 3 for red, green and blue."),
      .optional("size", .pair(1...65_536), "Height x width that all pictures get; without it they must be equal."),
      .optional(
        "resize", .choice(ResizeMode.allCases.map(\.rawValue)), default: .text("stretch"),
        "How pictures get that size: stretch each side, or crop to the middle part of the right aspect first."),
    ])

  private let path: String
  private let channels: Int
  private let size: (height: Int, width: Int)?
  private let mode: ResizeMode

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    channels = attributes.text("channels") == "1" ? 1 : 3
    let pair = attributes.has("size") ? attributes.integers("size") : []
    size = pair.count == 2 ? (pair[0], pair[1]) : nil
    mode = ResizeMode(rawValue: attributes.text("resize")) ?? .stretch
  }

  /// Whether a file's name says that it is a picture.
  public static func isImage(_ path: String) -> Bool { PixelImage.isImage(path: path) }

  /// Whether a path is a folder, which may hold pictures.
  static func isFolder(_ path: String) -> Bool { ImageFolder.isFolder(path) }

  public func read(_ context: SourceContext) throws -> Dataset {
    let place = context.resolve(path)
    let folder =
      ImageFolder.isFolder(place)
      ? try ImageFolder(folder: place, classes: context.classes)
      : try ImageFolder(list: place, classes: context.classes)
    let input = try Self.decode(folder.files, channels: channels, size: size, mode: mode)
    guard !folder.classes.isEmpty else { return try Dataset(inputs: [input], targets: [], file: place) }
    let target = DataArray(
      name: "label", form: .classes(count: folder.classes.count, shape: Shape(1)), elements: .labels(folder.labels))
    return try Dataset(inputs: [input], targets: [target], classNames: folder.classes, file: place)
  }

  /// Pictures for a net that reads `shape`, from a file or a folder of files without classes.
  static func read(_ path: String, for shape: Shape?) throws -> Dataset {
    let size = shape.flatMap { $0.rank == 3 || $0.rank == 2 ? ImageSize($0) : nil }
    let files = ImageFolder.isFolder(path) ? try ImageFolder(folder: path, classes: nil).files : [path]
    let input = try decode(
      files, channels: size?.channels == 1 ? 1 : 3, size: size.map { ($0.height, $0.width) }, mode: .stretch)
    return try Dataset(inputs: [input], targets: [], file: path)
  }

  /// Decodes files on all processors; the first that is wrong, in their order, decides the message.
  static func decode(
    _ files: [String], channels: Int, size: (height: Int, width: Int)?, mode: ResizeMode
  ) throws -> DataArray {
    let wanted: (height: Int, width: Int)
    if let size {
      wanted = size
    } else {
      let first = try PixelImage(FileReading.bytes(files[0]), file: files[0])
      wanted = (first.height, first.width)
    }
    guard let shape = Shape([channels, wanted.height, wanted.width]),
      BinaryArray.count([files.count, shape.elementCount]) != nil
    else {
      throw DiagnosticError(
        code: "picture-too-large", file: files[0],
        "\(files.count) pictures of \(wanted.height) x \(wanted.width) are more than fit", remedy: "give a smaller size"
      )
    }
    let width = shape.elementCount
    let failures = Mutex<[Int: DiagnosticError]>([:])
    let pictures = Mutex([[UInt8]](repeating: [], count: files.count))
    WorkerPool(threads: min(WorkerPool.processors, files.count)).run(chunks: files.count) { index in
      do {
        let picture = try PixelImage(FileReading.bytes(files[index]), file: files[index])
        guard size != nil || (picture.height, picture.width) == wanted else {
          throw DiagnosticError(
            code: "picture-size", file: files[index],
            "it has \(picture.height) x \(picture.width) pixels, but \(files[0]) has \(wanted.height) x \(wanted.width)",
            remedy: "say which size all shall get, such as size=\"32x32\"")
        }
        let planes = picture.resized(width: wanted.width, height: wanted.height, mode: mode).planes(channels: channels)
        pictures.withLock { $0[index] = planes }
      } catch let error as DiagnosticError {
        failures.withLock { $0[index] = error }
      } catch {
        failures.withLock { $0[index] = DiagnosticError(code: "bad-picture", file: files[index], "\(error)") }
      }
    }
    if let (_, error) = failures.withLock({ $0.min { $0.key < $1.key } }) { throw error }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(files.count * width)
    pictures.withLock { pictures in
      for index in pictures.indices {
        bytes += pictures[index]
        pictures[index] = []
      }
    }
    return DataArray(name: "input", form: .values(shape), elements: .bytes(bytes))
  }
}
