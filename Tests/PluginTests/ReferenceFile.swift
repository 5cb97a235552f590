import NNCore
import NNFiles
import NNTestSupport
import Testing

/// One case of a file in Fixtures; their form is described in tools/reference/layer_fixtures.py, sequence_fixtures.py and
/// recurrent_fixtures.py.
struct ReferenceCase: Sendable, CustomTestStringConvertible {
  var file: String
  var line: Int
  var example: ConformanceCase
  /// The valid steps of each sample, for inputs that have them.
  var lengths: [Int: [Int32]] = [:]
  var arrays: [String: [Double]] = [:]

  var testDescription: String { "\(file), line \(line): \(example)" }

  /// All cases. What cannot be read is reported by `ReferenceTests.theFileIsWhole`.
  static let all: [ReferenceCase] = (try? read()) ?? []

  static func read() throws -> [ReferenceCase] { try ["layers.txt", "sequences.txt", "recurrent.txt"].flatMap(read) }

  private static func read(_ name: String) throws -> [ReferenceCase] {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let text = String(decoding: try FileReading.bytes(folder + "/Fixtures/" + name), as: UTF8.self)
    var cases: [ReferenceCase] = []
    let file = name
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(separator: " ")
      switch words.first {
      case "case":
        let name = String(words[1])
        let schema = try #require(standardRegistry.declaration(of: name, in: .network)).schema
        // name="value" pairs: every second part between quotation marks is a value.
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        var attributes: [String: AttributeValue] = [:]
        for pair in stride(from: 0, to: parts.count - 1, by: 2) {
          let key = String(try #require(parts[pair].split(separator: " ").last).dropLast())
          attributes[key] = try #require(schema.attribute(key)).kind.parse(String(parts[pair + 1]))
        }
        cases.append(ReferenceCase(file: file, line: index + 1, example: ConformanceCase(name, attributes, inputs: [])))
      case "shapes":
        cases[cases.count - 1].example.inputs = try words.dropFirst().map { word in
          try #require(Shape(word.split(separator: "x").compactMap { Int($0) }))
        }
      case "lengths":
        // Without a number of the input before them they are those of every input.
        let numbers = try words.dropFirst().map { try #require(Int32($0)) }
        let inputs = cases[cases.count - 1].example.inputs.indices
        if name == "recurrent.txt" {
          cases[cases.count - 1].lengths[Int(numbers[0]) - 1] = Array(numbers.dropFirst())
        } else {
          for input in inputs { cases[cases.count - 1].lengths[input] = numbers }
        }
        cases[cases.count - 1].example.hasLengths = true
      case "entries": cases[cases.count - 1].example.entries = Int(words[1])
      case "target": cases[cases.count - 1].example.target = try #require(Int(words[1]))
      case "array":
        cases[cases.count - 1].arrays[String(words[1])] = try words.dropFirst(2).map { try #require(Double($0)) }
      default: break
      }
    }
    return cases
  }
}
