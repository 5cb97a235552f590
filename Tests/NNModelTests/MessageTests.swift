import NNCore
import NNModel
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file, and what is said about it, from Fixtures/messages.txt:
///
///     === title
///     (options: set PATH=VALUE, or train)
///     the file
///     ---
///     the messages
struct MessageCase: Sendable, CustomTestStringConvertible {
  var title: String
  var overrides: [String] = []
  var isForTraining = false
  var text: String
  var expected: String

  var testDescription: String { title }

  /// All messages about the file: its errors, else its warnings.
  func messages() -> String {
    do throws(DiagnosticError) {
      let model = try ModelLoader(registry: .forTests).load(text: text, file: "m.xml", overrides: overrides)
      if isForTraining { try model.checkForTraining() }
      do {
        let plan = try NetworkPlan(try model.makeNetworkDefinition())
        return model.warnings(with: plan).map(\.rendered).joined(separator: "\n")
      } catch let error as DiagnosticError {
        return error.description
      } catch {
        return "\(error)"
      }
    } catch {
      return error.description
    }
  }

  static func fixture(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    guard let file = fopen("/\(folder)/Fixtures/\(name)", "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  static let all: [MessageCase] = {
    var cases: [MessageCase] = []
    for part in fixture("messages.txt").split(separator: "=== ") {
      var lines = part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      var made = MessageCase(title: lines.removeFirst(), text: "", expected: "")
      while let option = lines.first, option.hasPrefix("(") {
        if option == "(train)" { made.isForTraining = true }
        if option.hasPrefix("(set ") { made.overrides.append(String(option.dropFirst(5).dropLast())) }
        lines.removeFirst()
      }
      guard let middle = lines.firstIndex(of: "---") else { continue }
      made.text = lines[..<middle].joined(separator: "\n")
      made.expected = lines[(middle + 1)...].joined(separator: "\n")
      while made.expected.hasSuffix("\n") { made.expected.removeLast() }
      cases.append(made)
    }
    return cases
  }()
}

@Suite struct MessageTests {
  @Test(arguments: MessageCase.all)
  func messagesAboutFile(_ example: MessageCase) {
    let messages = example.messages()
    if getenv("NNMODEL_PRINT_MESSAGES") != nil {
      print("=== \(example.title)")
      for override in example.overrides { print("(set \(override))") }
      if example.isForTraining { print("(train)") }
      print("\(example.text)\n---\n\(messages)\n")
    }
    #expect(messages == example.expected)
  }

  @Test func thereAreCases() { #expect(MessageCase.all.count > 80) }
}
