import NNCore
import NNFiles
import NNImages

/// What a folder with one folder of pictures for each class seems to hold.
package struct PictureProfile: Sendable {
  /// The folder.
  package let folder: String
  /// The classes, with the number of pictures of each.
  package let classes: [(name: String, pictures: Int)]
  /// Height x width of the smallest and of the largest picture looked at, by area.
  package let smallest: (height: Int, width: Int)
  package let largest: (height: Int, width: Int)
  /// The sides in the middle of all that were looked at.
  package let middle: (height: Int, width: Int)
  /// Whether all that were looked at have no colours.
  package let isGrey: Bool
  /// What is worth a warning.
  package let warnings: [Diagnostic]

  /// Pictures that are looked at, evenly over the folder.
  private static let mostDecoded = 200

  /// The number of pictures.
  package var pictures: Int { classes.reduce(0) { $0 + $1.pictures } }
  /// Whether all that were looked at have the same size.
  package var areAlike: Bool { smallest == largest && middle == smallest }

  /// Looks at a folder. Throws a `DiagnosticError`: there are no pictures, they have no classes, fewer than two, or one of
  /// those looked at is damaged.
  package init(folder path: String) throws {
    let found = try ClassFolder(folder: path, of: .pictures, classes: nil)
    guard found.classes.count > 1 else {
      throw DiagnosticError(
        code: "missing-labels", file: path,
        found.classes.isEmpty ? "the pictures have no classes" : "there is only one class",
        remedy: "put the pictures into one folder for each class")
    }
    folder = path
    classes = found.classes.indices.map { index in
      (found.classes[index], found.labels.count { Int($0) == index })
    }
    var sizes: [(height: Int, width: Int)] = []
    var isGrey = true
    for position in stride(from: 0, to: found.files.count, by: max(1, found.files.count / Self.mostDecoded)) {
      let file = found.files[position]
      let picture = try PixelImage(FileReading.bytes(file), file: file)
      sizes.append((picture.height, picture.width))
      isGrey = isGrey && picture.isGrey
    }
    self.isGrey = isGrey
    let byArea = sizes.sorted { ($0.height * $0.width, $0.height) < ($1.height * $1.width, $1.height) }
    (smallest, largest) = (byArea[0], byArea[byArea.count - 1])
    middle = (sizes.map(\.height).sorted()[sizes.count / 2], sizes.map(\.width).sorted()[sizes.count / 2])
    warnings = found.warnings + FolderProfile.unequalClasses(classes.map(\.pictures), of: "pictures", in: path)
  }
}

extension PixelImage {
  /// Whether red, green and blue are the same in every pixel.
  fileprivate var isGrey: Bool {
    stride(from: 0, to: pixels.count - 2, by: 3).allSatisfy { (start: Int) -> Bool in
      let red = pixels[start]
      return red == pixels[start + 1] && red == pixels[start + 2]
    }
  }
}
