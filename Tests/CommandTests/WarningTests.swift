import Foundation
import Testing

/// What `nnrun check` advises against, with exact places.
@Suite struct WarningTests {
  private static let cases: [(network: String, training: String, warning: String)] = [
    ("<dense units=\"3\"/>\n<softmax/>\n<softmaxCrossEntropy/>", "", "m.xml:5:1: warning: <softmaxCrossEntropy> makes"),
    (
      "<dense units=\"3\"/>\n<sigmoid name=\"s\"/>\n<binaryCrossEntropy/>", "",
      "m.xml:5:1: warning: <binaryCrossEntropy>"
    ),
    (
      "<dense units=\"3\"/>\n<softmaxCrossEntropy/>\n<dropout rate=\"0.5\"/>", "",
      "m.xml:6:1: warning: 'dropout1' reads the loss"
    ),
    ("<dense units=\"4\"/>\n<softmaxCrossEntropy/>", "", "m.xml:5:1: warning: <data> names 3 classes, but"),
    (
      "<dense units=\"5\"/>\n<dense units=\"3\"/>\n<softmaxCrossEntropy/>", "",
      "m.xml:5:1: warning: 'dense1' and 'dense2' follow"
    ),
    (
      "<dense units=\"3\"/>\n<softmaxCrossEntropy/>", "<training><sgd rate=\"100\"/></training>",
      "m.xml:7:22: warning: a learning rate of 100 is hardly meant"
    ),
    (
      "<dense units=\"3\"/>\n<softmaxCrossEntropy/>", "<training><adam rate=\"1e-12\"/></training>",
      "m.xml:7:23: warning: a learning rate of 1e-12 is hardly meant"
    ),
    (
      "<dense units=\"3\"/>\n<softmaxCrossEntropy/>", "<training batch=\"1000000\"><sgd rate=\"0.1\"/></training>",
      "m.xml:7:1: warning: a batch of 1000000 samples is hardly meant"
    ),
  ]

  @Test(arguments: cases.indices)
  func warning(_ index: Int) throws {
    let (network, training, warning) = Self.cases[index]
    let place = try Workplace()
    try place.write(
      "<model xmlns=\"urn:nnrun:model:1\"><data classes=\"a b c\"/>\n<network>\n<input shape=\"4\"/>\n\(network)\n"
        + "</network>\n\(training)\n</model>\n", to: "m.xml")
    let result = try place.run("check", "m.xml")
    #expect(result.code == 0)
    #expect(result.messages.contains(warning), "\(result.messages)")
    #expect(result.messages.components(separatedBy: "warning:").count == 2, "\(result.messages)")
    #expect(try place.run("check", "m.xml", "--strict").code == 65)
  }

  /// No model of the repository is warned about but those that have linear layers in a row: one shows what that is worth,
  /// the other is as its authors published it.
  @Test func ourModelsAreFree() throws {
    let place = try Workplace()
    for path in try FileManager.default.subpathsOfDirectory(atPath: Tool.models)
    where path.hasSuffix(".xml") && !path.hasPrefix("blocks/")
      && !["multilinear.xml", "cifar10-quick.xml"].contains(path)
    {
      let result = try place.run("check", "\(Tool.models)/\(path)", "--strict")
      #expect(result.code == 0, "\(path): \(result.messages)")
    }
  }
}
