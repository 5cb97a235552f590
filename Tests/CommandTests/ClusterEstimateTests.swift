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
    let text = try place.run("bench", "small.xml", "--seconds", "0.05", "--ranks", "4")
    #expect(text.output.contains("expected of 10.000 Gbit/s with 20.0 µs for a message"), "\(text.output)")
  }

  @Test(arguments: [
    ["--bandwidth", "1Gbit"], ["--ranks", "4", "--latency", "3"], ["--ranks", "4", "--mode", "infer"],
  ])
  func wrongOptionsAreRefused(_ options: [String]) throws {
    let place = try Workplace()
    try place.writeModel()
    #expect(try Tool.run("nnrun", ["bench", "small.xml"] + options, in: place.url).code == 64)
  }
}
