import Foundation
import Testing

/// What `nnrun bench` expects of a cluster.
@Suite struct ClusterEstimateTests {
  @Test func estimatesFollowTheNetwork() throws {
    let place = try Workplace()
    try place.writeModel()
    func rows(_ options: String...) throws -> [[String: Any]] {
      let words = ["bench", "small.xml", "--seconds", "0.05", "--json", "--threads", "1", "--ranks", "1024"] + options
      let result = try Tool.run("nnrun", words, in: place.url)
      #expect(result.code == 0, "\(result.messages)")
      let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      return try #require(json?["cluster"] as? [[String: Any]])
    }
    let fast = try rows("--bandwidth", "100Gbit", "--latency", "1us")
    #expect(fast.count == 22)
    let slow = try rows("--bandwidth", "1Mbit", "--latency", "5ms")
    // A tree of 1024 processes has 10 levels; denominators, gradients and the agreement go along it.
    let step = try #require(slow[20]["stepMicroseconds"] as? Double)
    #expect(step > 3 * 10 * 5000)
    let shares = try [fast, slow].map { try #require($0[20]["efficiency"] as? Double) }
    #expect(shares[1] < shares[0] && shares[0] < 1)
    // Around a ring the messages are as many as the processes.
    let ring = try #require(slow[21]["exchangeMicroseconds"] as? Double)
    #expect(ring > 2 * 1023 * 5000)
    let picture = try place.run("bench", "small.xml", "--seconds", "0.05", "--ranks", "1024", "--svg", "cluster.svg")
    #expect(picture.code == 0, "\(picture.messages)")
    let drawing = try place.text("cluster.svg")
    for word in ["<svg ", "small: efficiency in % at 10.000 Gbit/s", ">tree<", ">ring<"] {
      #expect(drawing.contains(word), "\(word)")
    }
    let text = try place.run("bench", "small.xml", "--seconds", "0.05", "--ranks", "4")
    #expect(text.output.contains("expected of 10.000 Gbit/s with 20.0 µs for a message"), "\(text.output)")
  }

  /// Gradients of frozen layers are exchanged as well, and so is the state of the layers; bfloat16 halves the former.
  @Test func everythingThatIsExchangedCounts() throws {
    let place = try Workplace()
    try place.writeModel()
    let text = try place.text("small.xml")
    func exchange(_ edit: (String) -> String, _ key: String) throws -> Double {
      try place.write(edit(text), to: "edited.xml")
      let result = try place.run(
        "bench", "edited.xml", "--seconds", "0.05", "--json", "--threads", "1", "--ranks", "2", "--bandwidth", "1kbit")
      #expect(result.code == 0, "\(result.messages)")
      let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let rows = try #require(json?["cluster"] as? [[String: Any]])
      return try #require(rows[2][key] as? Double)
    }
    let all = try exchange({ $0 }, "exchangeMicroseconds")
    #expect(
      try exchange({ $0.replacing("name=\"fc1\"", with: "name=\"fc1\" freeze=\"true\"") }, "exchangeMicroseconds")
        == all)
    let half = try exchange({ $0.replacing("<training ", with: "<training wire=\"bf16\" ") }, "exchangeMicroseconds")
    #expect((half / all - 0.5).magnitude < 0.01)
    let step = try exchange({ $0 }, "stepMicroseconds")
    let withState = try exchange(
      { $0.replacing("<relu/>", with: "<batchNorm affine=\"false\"/><relu/>") }, "stepMicroseconds")
    // 32 numbers of 4 bytes at 125 bytes a second.
    #expect(withState - step > 0.9e6)
  }

  @Test(arguments: [
    ["--bandwidth", "1Gbit"], ["--svg", "cluster.svg"], ["--ranks", "4", "--latency", "3"],
    ["--ranks", "4", "--mode", "infer"],
  ])
  func wrongOptionsAreRefused(_ options: [String]) throws {
    let place = try Workplace()
    try place.writeModel()
    #expect(try Tool.run("nnrun", ["bench", "small.xml"] + options, in: place.url).code == 64)
  }
}
