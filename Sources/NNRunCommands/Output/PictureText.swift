import NNData
import NNText

/// What a folder of pictures seems to hold, for people and for programs.
enum PictureText {
  /// A line for each class.
  static func text(_ pictures: PictureProfile) -> String {
    var lines = TextTable([.left("class"), .right("pictures")])
    for entry in pictures.classes { lines.add([entry.name.shortened, grouped(entry.pictures)]) }
    func size(_ size: (height: Int, width: Int)) -> String { "\(size.height)x\(size.width)" }
    let sizes =
      pictures.areAlike ? size(pictures.middle) : "\(size(pictures.smallest)) to \(size(pictures.largest))"
    return
      "\(pictures.folder): \(grouped(pictures.pictures)) pictures of \(pictures.classes.count) classes; height x width "
      + "\(sizes), \(pictures.isGrey ? "without colours" : "in colours")\n\n\(lines.text)"
  }

  /// One JSON object.
  static func json(_ pictures: PictureProfile) -> String {
    let classes = pictures.classes.map { "{\"name\":\(NNText.json($0.name)),\"pictures\":\($0.pictures)}" }
    func size(_ size: (height: Int, width: Int)) -> String { "[\(size.height),\(size.width)]" }
    let warnings = pictures.warnings.map {
      "{\"code\":\(NNText.json($0.code)),\"message\":\(NNText.json($0.message))}"
    }
    return "{\"folder\":\(NNText.json(pictures.folder)),\"pictures\":\(pictures.pictures),"
      + "\"classes\":[\(classes.joined(separator: ","))],\"smallest\":\(size(pictures.smallest)),"
      + "\"largest\":\(size(pictures.largest)),\"grey\":\(pictures.isGrey),\"warnings\":[\(warnings.joined(separator: ","))]}"
  }
}
