import NNCore
import NNData
import NNText

/// The model that is proposed for a folder of texts: the mean of the vectors of their words, or a recurrent net over the letters
/// where texts are a word or two.
struct TextModel {
  /// The model file's text.
  let text: String
  /// What the net is, for the user.
  let summary: String

  /// The most tokens of a text that are read.
  private static let mostTokens = 400

  /// - Parameters:
  ///   - path: the folder, as the model file names it.
  ///   - title: the model's name.
  init(_ texts: TextProfile, path: String, title: String) {
    let isShort = texts.words.usualMost < 4
    let usual = isShort ? texts.usualCharacters : texts.words.usualMost
    let length = min(Self.mostTokens, max(4, (usual + 3) / 4 * 4))
    let tokens = isShort ? "characters" : "words"
    let rare = !isShort && texts.vocabulary.repeated > 200 ? #" minimumCount="2""# : ""
    summary = isShort ? "a recurrent net over their characters" : "the mean of the vectors of their words"
    let layers =
      isShort
      ? [#"<embedding size="16"/>"#, #"<gru units="64" return="last"/>"#, #"<dropout rate="0.2"/>"#]
      : [
        #"<embedding size="32"/>"#, #"<poolSequence take="mean"/>"#, #"<dense name="fc1" units="32"/>"#, "<relu/>",
        #"<dropout rate="0.2"/>"#,
      ]
    let training = ProposedTraining(
      samples: texts.texts, rate: "0.003", leastEpochs: 8, leastPatience: 4)
    let lines: [String] =
      [
        #"<?xml version="1.0" encoding="UTF-8"?>"#,
        #"<model xmlns="\#(ElementSchema.standardNamespace)" name="\#(title)">"#,
        "  <description>\(texts.classes.count) classes of texts from \(markupEscaped(path)).</description>", "",
        "  <data>", #"    <texts role="train" path="\#(markupEscaped(path))"/>"#,
        #"    <split role="test" from="train" fraction="0.2" seed="1"/>"#,
        #"    <split role="validation" from="train" fraction="0.15" seed="1"/>"#, "  </data>", "", "  <columns>",
        #"    <text name="text" tokens="\#(tokens)"\#(rare) length="\#(length)" missing="unknown"/>"#, "  </columns>",
        "", "  <network>", #"    <input name="x" shape="columns" kind="index" length="varying"/>"#,
      ] + layers.map { "    " + $0 }
      + [#"    <dense name="out" units="\#(texts.classes.count)"/>"#, "    <softmaxCrossEntropy/>", "  </network>", ""]
      + training.lines.map { "  " + $0 } + ["</model>", ""]
    text = lines.joined(separator: "\n")
  }
}
