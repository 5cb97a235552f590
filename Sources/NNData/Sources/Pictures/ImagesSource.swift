import NNCore
import NNFiles
import NNImages
import NNKernels
import Synchronization

/// Samples from picture files.
public struct ImagesSource: SampleFormat {
  /// The declaration of `<images>`.
  public static let schema = ElementSchema(
    .source, "images",
    summary:
      "Pictures from PNG and JPEG files: a folder with one folder for each class, or a list of files. Numbers are "
      + "taken as they are in the file: profiles, gamma, transparency and a camera's note of its orientation change nothing.",
    reference: "numbers as Pillow's Image.convert; resizing as its Image.resize with BILINEAR; one channel is the "
      + "brightness of ITU-R BT.601",
    example: #"<images role="train" path="photos/train" size="32x32"/>"#,
    attributes: [
      .required(
        "path", .path,
        "The folder; or a text file with a path and, after a tab or the last space, a class in each line."),
      .optional("channels", .choice(["1", "3"]), default: .text("3"), "1 for brightness, 3 for red, green and blue."),
      .optional("size", .pair(1...65_536), "Height x width that all pictures get; without it they must be equal."),
      .optional(
        "resize", .choice(ResizeMode.allCases.map(\.rawValue)), default: .text("stretch"),
        "How pictures get that size: stretch each side, or crop to the middle part of the right aspect first."),
      .optional(
        "order", .choice(["rgb", "bgr"]), default: .text("rgb"),
        "The order of three channels: red, green and blue, or blue first, as some published weights expect."),
    ])

  private let path: String
  private let channels: Int
  private let size: (height: Int, width: Int)?
  private let mode: ResizeMode
  private let isReversed: Bool

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    channels = attributes.text("channels") == "1" ? 1 : 3
    let pair = attributes.has("size") ? attributes.integers("size") : []
    size = pair.count == 2 ? (pair[0], pair[1]) : nil
    mode = ResizeMode(rawValue: attributes.text("resize")) ?? .stretch
    isReversed = attributes.text("order") == "bgr" && channels == 3
  }

  /// Whether a file's name says that it is a picture.
  public static func isImage(_ path: String) -> Bool { PixelImage.isImage(path: path) }

  /// Reads the samples of the files that its attributes name. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    let place = context.resolve(path)
    let folder =
      Path.isFolder(place)
      ? try ClassFolder(folder: place, of: .pictures, classes: context.classes)
      : try ClassFolder(list: place, of: .pictures, classes: context.classes)
    var form: PictureForm?
    if let size {
      guard let shape = Shape([channels, size.height, size.width]) else { throw Self.tooLarge(place, size) }
      form = PictureForm(shape, mode, isReversed: isReversed)
    }
    return try Self.read(folder, form, channels: channels, isReversed: isReversed, place, context.workers)
  }

  static func matches(_ file: SampleFile) -> Bool { isImage(file.path) || Path.isFolder(file.path) }

  /// The picture in a file, or all those in a folder, in the form that the weights were trained on; in their own if that
  /// is not known. They have labels if the folder has classes.
  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    let path = file.path
    let folder =
      Path.isFolder(path)
      ? try ClassFolder(folder: path, of: .pictures, classes: request.context.classes)
      : ClassFolder(file: path, of: .pictures)
    let set = try read(folder, request.pictures, channels: 3, isReversed: false, path, request.context.workers)
    guard !request.hasTargets || !set.targets.isEmpty else {
      throw DiagnosticError(
        code: "missing-labels", file: path, "the pictures have no classes",
        remedy: "put them into one folder for each class")
    }
    return set
  }

  private static func read(
    _ folder: ClassFolder, _ form: PictureForm?, channels: Int, isReversed: Bool, _ place: String,
    _ workers: WorkerPool?
  ) throws -> Dataset {
    let (input, form) = try decode(
      folder.files, form, channels: channels, isReversed: isReversed, workers ?? WorkerPool(threads: 1))
    let target = DataArray(
      name: "label", form: .classes(count: folder.classes.count, shape: Shape(1)), elements: .labels(folder.labels))
    var set = try Dataset(
      inputs: [input], targets: folder.classes.isEmpty ? [] : [target],
      classNames: folder.classes.isEmpty ? nil : folder.classes, file: place)
    set.pictures = form
    if folder.files.count > 1 { set.keptColumns = [KeptColumn(name: "file", texts: folder.files)] }
    set.warnings = folder.warnings
    return set
  }

  private static func tooLarge(_ file: String, _ size: (height: Int, width: Int)) -> DiagnosticError {
    DiagnosticError(
      code: "picture-too-large", file: file, "pictures of \(size.height) x \(size.width) are more than fit",
      remedy: "give a smaller size")
  }

  /// Decodes files on all threads; the first that is wrong, in their order, decides the message.
  ///
  /// - Parameters:
  ///   - wanted: what they become; unless given, all must have the first one's size.
  ///   - channels: of what they become then, blue first if `isReversed`.
  private static func decode(
    _ files: [String], _ wanted: PictureForm?, channels: Int, isReversed: Bool, _ workers: WorkerPool
  ) throws -> (DataArray, PictureForm) {
    let form: PictureForm
    if let wanted {
      form = wanted
    } else {
      let first = try PixelImage(FileReading.bytes(files[0]), file: files[0])
      guard let shape = Shape([channels, first.height, first.width]) else {
        throw tooLarge(files[0], (first.height, first.width))
      }
      form = PictureForm(shape, .stretch, isReversed: isReversed)
    }
    let shape = form.shape
    let size = (height: shape[1], width: shape[2])
    guard BinaryArray.count([files.count, shape.elementCount]) != nil else { throw tooLarge(files[0], size) }
    let width = shape.elementCount
    try SystemMemory.require(Count.product(2, files.count, shape.elementCount), reading: files[0])
    let failures = Mutex<[Int: DiagnosticError]>([:])
    let pictures = Mutex([[UInt8]](repeating: [], count: files.count))
    workers.run(chunks: files.count) { index in
      do {
        let picture = try PixelImage(FileReading.bytes(files[index]), file: files[index])
        guard wanted != nil || (picture.height, picture.width) == size else {
          throw DiagnosticError(
            code: "picture-size", file: files[index],
            "it has \(picture.height) x \(picture.width) pixels, but \(files[0]) has \(size.height) x \(size.width)",
            remedy: "say which size all shall get, such as size=\"32x32\"")
        }
        var planes = picture.resized(width: size.width, height: size.height, mode: form.mode).planes(channels: shape[0])
        if form.isReversed {
          let area = size.height * size.width
          planes = Array(planes[(2 * area)...] + planes[area..<(2 * area)] + planes[..<area])
        }
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
    return (DataArray(name: "input", form: .values(shape), elements: .bytes(bytes)), form)
  }
}
