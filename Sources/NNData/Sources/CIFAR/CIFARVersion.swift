import NNCore

/// One of the two data sets of Krizhevsky 2009 in its binary form: a file is a sequence of records of one byte for each
/// kind of label and then 3072 bytes, the red, green and blue planes of a picture of 32 x 32 pixels, row by row.
struct CIFARVersion: Sendable {
  let name: String
  /// The names of the files with the training samples.
  let training: [String]
  /// The names of the files with the test samples.
  let test: [String]
  /// The names of the classes for each label byte of a record, in the order of the bytes.
  let labels: [[String]]

  private static let shape = Shape(3, 32, 32)

  /// Bytes in a record.
  private var record: Int { labels.count + Self.shape.elementCount }

  /// Whether a path is a file's and not a folder's.
  static func isBinary(_ path: String) -> Bool { path.hasSuffix(".bin") }

  /// The version whose records fill a file of so many bytes; CIFAR-10 if they fill either, or none.
  static func holding(_ bytes: Int) -> CIFARVersion {
    [cifar10, cifar100].first { bytes > 0 && bytes % $0.record == 0 } ?? cifar10
  }

  /// Reads files, one after the other.
  ///
  /// - Parameters:
  ///   - label: which label is the target, as an index of `labels`.
  ///   - place: the folder, or the file, as messages name it.
  /// - Throws: a `DiagnosticError`: the context names another number of classes, a file is missing, has no whole records,
  ///   or holds a label that is no class.
  func read(_ files: [SampleFile], label: Int, _ context: SourceContext, place: String) throws -> Dataset {
    let names = labels[label]
    if let classes = context.classes, classes.count != names.count {
      throw DiagnosticError(
        code: "class-count", file: place,
        "the pictures have \(names.count) classes, but the model names \(classes.count)")
    }
    var pictures: [UInt8] = []
    var targets: [Int32] = []
    for file in files {
      let bytes = try file.takeBytes()
      func wrong(_ code: String, _ message: String) -> DiagnosticError {
        DiagnosticError(code: code, file: file.path, message, remedy: "take the binary version of \(name)")
      }
      guard !bytes.isEmpty, bytes.count % record == 0 else {
        throw wrong("wrong-size", "its \(bytes.count) bytes are not whole records of \(record) bytes")
      }
      pictures.reserveCapacity(pictures.count + bytes.count)
      for start in stride(from: 0, to: bytes.count, by: record) {
        let target = bytes[start + label]
        guard target < names.count else {
          throw wrong(
            "label-out-of-range",
            "the label \(target) of record \(start / record + 1) is not a class from 0 to \(names.count - 1)")
        }
        targets.append(Int32(target))
        pictures += bytes[(start + labels.count)..<(start + record)]
      }
    }
    return try Dataset(
      inputs: [DataArray(name: "input", form: .values(Self.shape), elements: .bytes(pictures))],
      targets: [
        DataArray(name: "label", form: .classes(count: names.count, shape: Shape(1)), elements: .labels(targets))
      ], classNames: context.classes ?? names, file: place)
  }
}

// MARK: - The two versions

extension CIFARVersion {
  static let cifar10 = CIFARVersion(
    name: "CIFAR-10", training: (1...5).map { "data_batch_\($0).bin" }, test: ["test_batch.bin"],
    labels: [["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]])

  static let cifar100 = CIFARVersion(
    name: "CIFAR-100", training: ["train.bin"], test: ["test.bin"], labels: [coarse, fine])

  /// The superclasses of CIFAR-100, as its file coarse_label_names.txt has them.
  private static let coarse = [
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables", "household_electrical_devices",
    "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes", "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates",
    "people", "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
  ]

  /// The classes of CIFAR-100, as its file fine_label_names.txt has them.
  private static let fine = [
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
    "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
    "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
    "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
    "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
    "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
    "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
    "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
    "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
    "willow_tree", "wolf", "woman", "worm",
  ]
}
