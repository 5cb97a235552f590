import NNCore
import NNModel
import Testing

@Suite struct ReceptiveFieldTests {
  /// The fields of a net's layers, by name.
  private func fields(_ net: String) throws -> [String: String] {
    let text = "<model xmlns=\"urn:nnrun:model:1\"><network>\(net)</network></model>"
    let model = try ModelLoader(registry: standardRegistry).load(text: text, file: "m.xml")
    let summary = NetworkSummary(try NetworkPlan(model.makeNetworkDefinition()))
    return Dictionary(
      uniqueKeysWithValues: summary.rows.compactMap { row in
        row.receptiveField.map { (row.name, $0.map(String.init).joined(separator: "x")) }
      })
  }

  /// VGG's first stages: 3, 5, 6, 10, 14, 16, as in the literature (Araujo et al. 2019).
  @Test func convolutionsAndPooling() throws {
    let stage = "<conv2d channels=\"2\" kernel=\"3\" padding=\"1\"/><relu/>"
    let found = try fields(
      "<input shape=\"3x32x32\"/>\(stage)\(stage)<maxPool2d kernel=\"2\"/>\(stage)\(stage)<averagePool2d kernel=\"2\"/>"
    )
    #expect(found["conv2d1"] == "3x3" && found["relu1"] == "3x3" && found["conv2d2"] == "5x5")
    #expect(found["maxPool2d1"] == "6x6" && found["conv2d3"] == "10x10" && found["conv2d4"] == "14x14")
    #expect(found["averagePool2d1"] == "16x16")
  }

  @Test func dilationStridesAndSequences() throws {
    let found = try fields(
      """
      <input shape="1x64x64"/><conv2d channels="1" kernel="3x5" dilation="2x1" stride="2x3"/>
      <conv2d channels="1" kernel="2"/>
      """)
    #expect(found["conv2d1"] == "5x5" && found["conv2d2"] == "7x8")
    #expect(
      try fields("<input shape=\"1x64\"/><conv1d channels=\"1\" kernel=\"3\"/><conv1d channels=\"1\" kernel=\"3\"/>")[
        "conv1d2"] == "5")
  }

  @Test func wherePathsMeetTheWidestCounts() throws {
    let found = try fields(
      """
      <input name="x" shape="1x8x8"/><conv2d name="a" channels="1" kernel="3" padding="1"/>
      <add from="a x"/><flatten/><dense units="2"/>
      """)
    #expect(found["add1"] == "3x3" && found["dense1"] == nil && found["flatten1"] == nil)
  }
}
