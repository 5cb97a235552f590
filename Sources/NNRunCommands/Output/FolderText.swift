import NNData
import NNText

/// What a folder of samples seems to hold, for people and for programs.
enum FolderText {
  static func text(_ profile: FolderProfile) -> String {
    switch profile {
    case .pictures(let pictures): PictureText.text(pictures)
    case .texts(let texts): text(texts)
    }
  }

  static func json(_ profile: FolderProfile) -> String {
    switch profile {
    case .pictures(let pictures): PictureText.json(pictures)
    case .texts(let texts): json(texts)
    }
  }

  /// A line for each class.
  private static func text(_ texts: TextProfile) -> String {
    var lines = TextTable([.left("class"), .right("texts")])
    for entry in texts.classes { lines.add([entry.name.shortened, grouped(entry.texts)]) }
    let words = texts.words
    return
      "\(texts.folder): \(grouped(texts.texts)) texts of \(texts.classes.count) classes; \(grouped(words.least)) to "
      + "\(grouped(words.most)) words, \(grouped(words.middle)) in the middle; \(grouped(texts.vocabulary.all)) different words, "
      + "\(grouped(texts.vocabulary.repeated)) of them more than once\n\n\(lines.text)"
  }

  /// One JSON object.
  private static func json(_ texts: TextProfile) -> String {
    let classes = texts.classes.map { "{\"name\":\(NNText.json($0.name)),\"texts\":\($0.texts)}" }
    let warnings = texts.warnings.map {
      "{\"code\":\(NNText.json($0.code)),\"message\":\(NNText.json($0.message))}"
    }
    return
      "{\"folder\":\(NNText.json(texts.folder)),\"texts\":\(texts.texts),\"classes\":[\(classes.joined(separator: ","))],"
      + "\"words\":{\"least\":\(texts.words.least),\"middle\":\(texts.words.middle),\"most\":\(texts.words.most)},"
      + "\"vocabulary\":\(texts.vocabulary.all),\"warnings\":[\(warnings.joined(separator: ","))]}"
  }
}
