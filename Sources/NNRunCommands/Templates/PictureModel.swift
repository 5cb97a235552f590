import NNCore
import NNData
import NNText

/// The model that is proposed for a folder of pictures: the size that they get, and a convolutional net.
struct PictureModel {
  /// The model file's text.
  let text: String
  /// What the net is, for the user.
  let summary: String

  /// The longest side that pictures get.
  private static let longestSide = 64

  /// - Parameters:
  ///   - path: the folder, as the model file names it.
  ///   - title: the model's name.
  init(_ pictures: PictureProfile, path: String, title: String) {
    let size = Self.size(pictures)
    let channels = pictures.isGrey ? 1 : 3
    let layers = Self.layers(size, classes: pictures.classes.count)
    summary = "\(layers.blocks) convolutions over \(channels)x\(size.height)x\(size.width) numbers"
    let crop = pictures.areAlike ? "" : #" resize="crop""#
    let training = ProposedTraining(
      samples: pictures.pictures, rate: "0.002", leastEpochs: 10, leastPatience: 5)
    let lines: [String] =
      [
        #"<?xml version="1.0" encoding="UTF-8"?>"#,
        #"<model xmlns="\#(ElementSchema.standardNamespace)" name="\#(title)">"#,
        "  <description>\(pictures.classes.count) classes of pictures from \(markupEscaped(path)).</description>", "",
        "  <data>",
        #"    <images role="train" path="\#(markupEscaped(path))" channels="\#(channels)" "#
          + #"size="\#(size.height)x\#(size.width)"\#(crop)/>"#,
        #"    <split role="test" from="train" fraction="0.2" seed="1"/>"#,
        #"    <split role="validation" from="train" fraction="0.15" seed="1"/>"#, "  </data>", "", "  <preprocess>",
        "    <standardize per=\"channel\"/>", "  </preprocess>", "", "  <network>",
        #"    <input name="x" shape="\#(channels)x\#(size.height)x\#(size.width)"/>"#,
      ] + layers.lines.map { "    " + $0 } + ["  </network>", ""] + training.lines.map { "  " + $0 }
      + ["</model>", ""]
    text = lines.joined(separator: "\n")
  }

  /// The size in the middle, its longer side at most `longestSide`.
  private static func size(_ pictures: PictureProfile) -> (height: Int, width: Int) {
    let longest = max(pictures.middle.height, pictures.middle.width)
    guard longest > longestSide else { return pictures.middle }
    func scaled(_ side: Int) -> Int { max(1, (side * longestSide + longest / 2) / longest) }
    return (scaled(pictures.middle.height), scaled(pictures.middle.width))
  }

  /// Convolutions of twice the channels over half the pixels, until few are left.
  private static func layers(_ size: (height: Int, width: Int), classes: Int) -> (lines: [String], blocks: Int) {
    var (height, width, channels) = (size.height, size.width, 16)
    var lines: [String] = []
    var blocks = 0
    while blocks == 0 || min(height, width) >= 8 && blocks < 4 {
      blocks += 1
      lines.append(#"<conv2d name="conv\#(blocks)" channels="\#(channels)" kernel="3" padding="same"/>"#)
      lines += ["<batchNorm/>", "<relu/>"]
      if min(height, width) >= 4 {
        lines.append(#"<maxPool2d kernel="2"/>"#)
        (height, width) = (height / 2, width / 2)
      }
      channels *= 2
    }
    lines += [
      "<flatten/>", #"<dropout rate="0.2"/>"#, #"<dense name="out" units="\#(classes)"/>"#, "<softmaxCrossEntropy/>",
    ]
    return (lines, blocks)
  }
}
