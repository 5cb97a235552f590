import Foundation
import NNCore
import NNKernels
import Testing

@testable import NNData
@testable import NNImages

/// Pictures as Pillow decodes and resizes them (tools/reference/image_fixtures.py).
@Suite struct ImageTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/images")

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  private static func picture(_ name: String) throws -> PixelImage { try PixelImage(bytes(name), file: name) }

  private static func largestDifference(_ picture: PixelImage, _ expected: String) throws -> Int {
    let reference = try bytes(expected)
    try #require(Int(reference[0]) == picture.width && Int(reference[1]) == picture.height)
    let pairs = zip(picture.pixels, reference.dropFirst(2))
    return pairs.map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  /// PNG is exact. Decoders of JPEG may round the transform and the enlarging of colour differently.
  @Test(arguments: [
    ("colour.png", 0), ("grey.png", 0), ("palette.png", 0), ("one-bit.png", 0), ("alpha.png", 0), ("sixteen.png", 0),
    ("colour.jpg", 1), ("subsampled.jpg", 2), ("progressive.jpg", 2), ("grey.jpg", 1), ("print.jpg", 1),
  ])
  func decoding(_ name: String, _ tolerance: Int) throws {
    #expect(try Self.largestDifference(Self.picture(name), name + ".rgb") <= tolerance)
  }

  @Test(arguments: ["17x13", "8x6", "5x13", "34x26", "20x7", "1x1", "3x29"])
  func resizing(_ size: String) throws {
    let sides = size.split(separator: "x").compactMap { Int($0) }
    let resized = try Self.picture("sizes.png").resized(width: sides[0], height: sides[1], mode: .stretch)
    #expect(try Self.largestDifference(resized, "sizes-\(size).rgb") <= 1)
  }

  @Test func cropping() throws {
    let picture = try Self.picture("sizes.png")
    let cropped = picture.resized(width: 13, height: 13, mode: .crop)
    for y in 0..<13 {
      for x in 0..<13 {
        #expect(cropped.pixels[3 * (y * 13 + x)] == picture.pixels[3 * (y * 17 + x + 2)])
      }
    }
  }

  @Test func channels() throws {
    let picture = try Self.picture("sizes.png")
    let grey = picture.planes(channels: 1)
    #expect(grey == Array(try Self.bytes("sizes.grey").dropFirst(2)))
    let planes = picture.planes(channels: 3)
    #expect(planes[0] == picture.pixels[0] && planes[17 * 13] == picture.pixels[1])
    #expect(planes[2 * 17 * 13 + 5] == picture.pixels[3 * 5 + 2])
  }

  @Test(arguments: [
    ("early.jpg", "damaged-picture"), ("early.png", "damaged-picture"), ("colour.png.rgb", "not-a-picture"),
  ])
  func wrongFiles(_ name: String, _ code: String) throws {
    let error = #expect(throws: DiagnosticError.self) { try Self.picture(name) }
    #expect(error?.diagnostics.first?.code == code)
    #expect(error?.description.contains(name) ?? false)
  }

  /// No bytes of a damaged file crash the decoders.
  @Test(arguments: ["colour.png", "palette.png", "colour.jpg", "progressive.jpg"])
  func damage(_ name: String) throws {
    let whole = try Self.bytes(name)
    let random = RandomStream(key: 5)
    for attempt in 0..<400 {
      var bytes = whole
      for change in 0..<3 {
        let place = UInt64(attempt * 8 + change)
        bytes[random.integer(below: bytes.count, at: place)] = UInt8(random.integer(below: 256, at: place + 10_000))
      }
      if attempt % 4 == 0 { bytes.removeLast(random.integer(below: bytes.count, at: UInt64(attempt) + 50_000)) }
      _ = try? PixelImage(bytes, file: name)
    }
  }

  private func make(_ files: [(String, String)], list: String? = nil) throws -> String {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (path, source) in files {
      let target = place.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: Self.folder.appendingPathComponent(source), to: target)
    }
    if let list { try Data(list.utf8).write(to: place.appendingPathComponent("list.txt")) }
    return place.path
  }

  private func read(_ values: [String: AttributeValue], classes: [String]? = nil) throws -> Dataset {
    try ImagesSource(attributes: Attributes(values, for: ImagesSource.schema)).read(
      SourceContext(folder: ".", classes: classes))
  }

  @Test func folders() throws {
    let place = try make([
      ("dog/b.png", "grey.png"), ("cat/a.jpg", "colour.jpg"), ("dog/a.png", "colour.png"), ("cat/.hidden", "early.png"),
      ("cat/notes.txt", "sizes.grey"),
    ])
    defer { try? FileManager.default.removeItem(atPath: place) }
    let set = try read(["path": .text(place), "size": .integers([13, 17])])
    #expect(set.count == 3 && set.classNames == ["cat", "dog"] && set.inputs[0].form.shape == Shape(3, 13, 17))
    #expect((0..<3).map { set.targets[0].value($0) } == [0, 1, 1])
    let png = try Self.picture("colour.png").planes(channels: 3)
    #expect((0..<png.count).allSatisfy { set.inputs[0].value(png.count + $0) == Double(png[$0]) })
    let named = try read(["path": .text(place), "channels": .text("1")], classes: ["dog", "bird", "cat"])
    #expect((0..<3).map { named.targets[0].value($0) } == [0, 0, 2])
    #expect(named.inputs[0].form.shape == Shape(1, 13, 17))
    let error = #expect(throws: DiagnosticError.self) { try read(["path": .text(place)], classes: ["dogs", "cat"]) }
    #expect(error?.description.contains("the model has no class 'dog'; did you mean 'dogs'?") ?? false)
  }

  /// Folders named by numbers count in the order of the numbers.
  @Test func numberedFolders() throws {
    let place = try make([("10/a.png", "grey.png"), ("9/a.png", "grey.png"), ("0/a.png", "grey.png")])
    defer { try? FileManager.default.removeItem(atPath: place) }
    let set = try read(["path": .text(place)])
    #expect(set.classNames == ["0", "9", "10"] && (0..<3).map { set.targets[0].value($0) } == [0, 1, 2])
  }

  @Test func lists() throws {
    let place = try make(
      [("x/a.png", "colour.png"), ("b c.png", "grey.png")], list: "x/a.png\t10\n# nothing\n\nb c.png 9\n")
    defer { try? FileManager.default.removeItem(atPath: place) }
    let set = try read(["path": .text(place + "/list.txt")])
    #expect(set.count == 2 && set.classNames == ["9", "10"] && set.targets[0].value(0) == 1)
    try Data("only-a-path\n".utf8).write(to: URL(fileURLWithPath: place + "/list.txt"))
    let error = #expect(throws: DiagnosticError.self) { try read(["path": .text(place + "/list.txt")]) }
    #expect(error?.description.contains("list.txt:1:1: error: 'only-a-path' is not a path and a class") ?? false)
  }

  /// Files that Windows programs write, blanks at the end of lines, classes of several words.
  @Test(arguments: [
    ("\u{FEFF}x/a.png 1\r\nx/b.png 2\r\n", ["1", "2"]), ("x/a.png  cat \n x/b.png dog\t\n", ["cat", "dog"]),
    ("x/a.png\tred cat\nx/b.png\tbig dog", ["big dog", "red cat"]),
  ])
  func listsAsTheyAre(_ list: String, _ classes: [String]) throws {
    let place = try make([("x/a.png", "colour.png"), ("x/b.png", "grey.png")], list: list)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let set = try read(["path": .text(place + "/list.txt")])
    #expect(set.count == 2 && set.classNames == classes && set.warnings.isEmpty)
  }

  @Test(arguments: ["x/a.png\t\n", "\tcat\n", "x/a.png\tcat\tdog\n", "x/a.png\n"])
  func listsThatAreNone(_ list: String) throws {
    let place = try make([("x/a.png", "colour.png")], list: list)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let error = #expect(throws: DiagnosticError.self) { try read(["path": .text(place + "/list.txt")]) }
    #expect(error?.diagnostics.first?.code == "bad-list")
  }

  /// Nothing is left out without a word, and no class is without pictures.
  @Test func warningsAboutFolders() throws {
    let place = try make([
      ("cat/a.png", "grey.png"), ("cat/b.bmp", "grey.png"), ("cat/c.gif", "grey.png"), ("dog/a.png", "grey.png"),
      ("bird/inner/a.png", "grey.png"), ("notes.txt", "sizes.grey"),
    ])
    defer { try? FileManager.default.removeItem(atPath: place) }
    let warnings = try read(["path": .text(place)]).warnings
    #expect(warnings.map(\.code) == ["left-out", "left-out", "left-out", "empty-class"])
    let words = warnings.map(\.rendered).joined(separator: "\n")
    #expect(words.contains("2 entries are no .png, .jpg or .jpeg file and left out: 'b.bmp', 'c.gif'"), "\(words)")
    #expect(words.contains("1 entry is") && words.contains("'inner'") && words.contains("'notes.txt'"), "\(words)")
    #expect(words.contains("no picture is of class 'bird'"), "\(words)")
    let known = try read(["path": .text(place)], classes: ["cat", "dog", "cow", "bird"]).warnings
    #expect(known.last?.message == "no picture is of class 'cow', 'bird'")
  }

  @Test func whatIsWrongWithFolders() throws {
    let sizes = try make([("a/1.png", "colour.png"), ("a/2.png", "sizes.png"), ("b/3.jpg", "early.jpg")])
    defer { try? FileManager.default.removeItem(atPath: sizes) }
    #expect(throws: DiagnosticError.self) { try read(["path": .text(sizes)]) }
    let empty = try make([("a/notes.txt", "sizes.grey")])
    defer { try? FileManager.default.removeItem(atPath: empty) }
    let error = #expect(throws: DiagnosticError.self) { try read(["path": .text(empty)]) }
    #expect(error?.diagnostics.first?.code == "no-samples")
    #expect(throws: DiagnosticError.self) { try read(["path": .text(empty + "/nowhere")]) }
    let mixed = try make([("1.png", "colour.png"), ("a/2.png", "sizes.png")])
    defer { try? FileManager.default.removeItem(atPath: mixed) }
    let second = #expect(throws: DiagnosticError.self) { try read(["path": .text(mixed)]) }
    #expect(second?.diagnostics.first?.code == "mixed-folder")
  }

  /// A name that is not UTF-8 would open another file, or none.
  @Test func namesThatAreNotUTF8() throws {
    let place = try make([("a/1.png", "colour.png")])
    defer { try? FileManager.default.removeItem(atPath: place) }
    let path = Array("\(place)/a/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xE9)] + Array(".png".utf8CString)
    // Some file systems have no such names.
    guard let file = fopen(path, "w") else { return }
    fclose(file)
    defer { unlink(path) }
    let error = #expect(throws: DiagnosticError.self) { try read(["path": .text(place)]) }
    #expect(error?.diagnostics.first?.code == "not-utf8")
    #expect(error?.diagnostics.first?.message == "the name 'caf\u{FFFD}.png' in this folder is not text in UTF-8")
    #expect(error?.diagnostics.first?.place?.file == place + "/a")
  }

  /// Prediction takes a file, or a folder of files, and makes of them what training did.
  @Test func prediction() throws {
    let place = try make([("1.png", "colour.png"), ("2.jpg", "colour.jpg")])
    defer { try? FileManager.default.removeItem(atPath: place) }
    let one = try PredictionInput.read(place + "/1.png", pictures: PictureForm(Shape(1, 8, 8)))
    #expect(one.count == 1 && one.inputs[0].form.shape == Shape(1, 8, 8))
    let all = try PredictionInput.read(place, pictures: PictureForm(Shape(3, 4, 4)))
    #expect(all.count == 2 && all.inputs[0].form.shape == Shape(3, 4, 4))
    #expect(try PredictionInput.read(place + "/1.png").inputs[0].form.shape == Shape(3, 13, 17))
    let trained = try read(["path": .text(place), "size": .integers([7, 7]), "resize": .text("crop")])
    let form = try #require(trained.pictures)
    #expect(form.encoded == "3x7x7 crop" && PictureForm(encoded: form.encoded) == form)
    let again = try PredictionInput.read(place, pictures: form)
    #expect((0..<(2 * 147)).allSatisfy { trained.inputs[0].value($0) == again.inputs[0].value($0) })
    let stretched = try PredictionInput.read(place, pictures: PictureForm(form.shape))
    #expect(!(0..<(2 * 147)).allSatisfy { trained.inputs[0].value($0) == stretched.inputs[0].value($0) })
    let reversed = try read(["path": .text(place), "size": .integers([7, 7]), "order": .text("bgr")])
    let plain = try read(["path": .text(place), "size": .integers([7, 7])])
    #expect(reversed.pictures?.encoded == "3x7x7 stretch bgr")
    #expect(
      (0..<(2 * 147)).allSatisfy { index in
        let (sample, channel, pixel) = (index / 147, index / 49 % 3, index % 49)
        return reversed.inputs[0].value(index) == plain.inputs[0].value(sample * 147 + (2 - channel) * 49 + pixel)
      })
    let reversedAgain = try PredictionInput.read(place, pictures: PictureForm(encoded: "3x7x7 stretch bgr"))
    #expect((0..<(2 * 147)).allSatisfy { reversed.inputs[0].value($0) == reversedAgain.inputs[0].value($0) })
    for text in ["", "3x7x7", "3x7x7 crop rgb", "3x7x7 fold", "2x7x7 crop", "3x7 x crop", "49 crop"] {
      #expect(PictureForm(encoded: text) == nil, "\(text)")
    }
  }
}
