import NNCore
import NNData
import NNInference
import Testing

@Suite struct PredictionFormatTests {
  private func format(_ last: String, classes: [String]? = nil) throws -> PredictionFormat {
    try PredictionFormat(
      SavedNet(#"<input name="x" shape="2"/>"# + last, record: DataRecord(classes: classes)).model().heads)
  }

  @Test func probabilities() throws {
    let format = try format(#"<dense units="3"/><softmaxCrossEntropy/>"#, classes: ["a", "b,c", "d\"e"])
    #expect(
      format.csv([[Float](arrayLiteral: 0.5, 0.25, 0.25, 0, 1, 0, 0.125, 0.375, 0.5)])
        == "class,probability\na,0.500000\n\"b,c\",1.00000\n\"d\"\"e\",0.500000\n")
    #expect(
      format.json([[0.25, 0.25, 0.5]]) == #"[{"class":"d\"e","probability":0.5,"values":[0.25,0.25,0.5]}]"# + "\n")
  }

  @Test func theFirstOfEqualClassesCounts() throws {
    let format = try format(#"<dense units="2"/><softmaxCrossEntropy/>"#)
    #expect(format.csv([[0.5, 0.5]]) == "class,probability\n0,0.500000\n")
  }

  @Test func scores() throws {
    let format = try format(#"<dense units="2"/><hinge/>"#, classes: ["no", "yes"])
    #expect(format.csv([[-1.5, 2.0]]) == "class,score\nyes,2.00000\n")
    #expect(format.json([[-1.5, 2.0]]) == #"[{"class":"yes","score":2.0,"values":[-1.5,2.0]}]"# + "\n")
  }

  @Test func oneProbability() throws {
    let format = try format(#"<dense units="1"/><binaryCrossEntropy/>"#, classes: ["no", "yes"])
    #expect(format.csv([[0.75, 0.5, 0.25]]) == "class,probability\nyes,0.750000\nyes,0.500000\nno,0.750000\n")
  }

  @Test func numbers() throws {
    #expect(try format(#"<dense units="1"/><squaredError/>"#).csv([[1.5, -2.0]]) == "prediction\n1.5\n-2.0\n")
    let wide = try format(#"<dense units="2"/>"#)
    #expect(wide.csv([[1.5, -2.0, 0.0, 1e-3]]) == "prediction1,prediction2\n1.5,-2.0\n0.0,0.001\n")
    #expect(wide.json([[1.5, -2.0, 0.0, 1.0]]) == "[{\"values\":[1.5,-2.0]},\n{\"values\":[0.0,1.0]}]\n")
    #expect(wide.csv([[Double]()]) == "prediction1,prediction2\n" && wide.json([[Double]()]) == "[]\n")
  }

  /// What is no number has no class in a table and is null in JSON.
  @Test func numbersThatAreNone() throws {
    let format = try format(#"<dense units="2"/><softmaxCrossEntropy/>"#)
    #expect(format.csv([[.nan, 0.5]]).hasPrefix("class,probability\n,"))
    #expect(format.json([[.nan, 0.5]]) == #"[{"class":null,"probability":null,"values":[null,0.5]}]"# + "\n")
    #expect(format.json([[.infinity, 0.5]]) == #"[{"class":"0","probability":null,"values":[null,0.5]}]"# + "\n")
  }

  @Test func npy() throws {
    let format = try format(#"<dense units="2"/>"#)
    func header(_ bytes: [UInt8]) -> String { String(decoding: bytes[10..<bytes.count], as: UTF8.self) }
    let bytes = format.npy([[Float](arrayLiteral: 1, 2, 3, 4)])
    #expect(bytes.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    #expect((10 + length) % 64 == 0 && bytes.count == 10 + length + 16)
    #expect(header(bytes).hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2,), }"))
    #expect(Array(bytes.suffix(4)) == [0, 0, 0x80, 0x40])
    #expect(header(format.npy([[1.0, 2.0]])).hasPrefix("{'descr': '<f8'"))
  }
}
