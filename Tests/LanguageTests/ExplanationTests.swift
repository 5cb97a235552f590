import NNCore
import NNManual
import NNModel
import Testing

@Suite struct ExplanationTests {
  /// All Swift sources below a folder of the package, by path.
  static func sources(_ folder: String) -> [(path: String, text: String)] {
    packageFiles(folder).flatMap { name in
      name.hasSuffix(".swift")
        ? [("\(folder)/\(name)", packageText("\(folder)/\(name)"))]
        : name.contains(".") ? [] : sources("\(folder)/\(name)")
    }
  }

  /// The codes that the sources name.
  static let codes: Set<String> = {
    var found: Set<String> = []
    for (path, text) in (sources("Sources") + sources("Plugins")) where !path.contains("NNManual") {
      for match in text.matches(
        of: /(code[:] |code = |\b(?:report|error|add)\(\s*|code: isOpen \? )"([a-z]+(?:-[a-z]+)*)"/)
      {
        let isDirect = match.1.contains("code")
        let code = String(match.2)
        if isDirect || code.contains("-") { found.insert(code) }
      }
    }
    return found
  }()

  @Test func everyCodeIsExplained() {
    #expect(Self.codes.count > 95)
    for code in Self.codes.sorted() { #expect(CodeExplanation.of(code) != nil, "\(code)") }
  }

  @Test func everyExplanationIsOfACode() {
    let all = CodeExplanation.all.map(\.code)
    #expect(Set(all).count == all.count)
    let text = (Self.sources("Sources") + Self.sources("Plugins")).filter { !$0.path.contains("NNManual") }.map(\.text)
    for code in all { #expect(text.contains { $0.contains("\"\(code)\"") }, "\(code)") }
  }

  /// What can be typed belongs to the programs; a library also serves others.
  @Test func librariesNameNoCommands() {
    let programs = ["NNCommandLine", "NNRunCommands", "NNManual", "NNKernelsBench", "nnrun", "nninfer"]
    for (path, text) in Self.sources("Sources") + Self.sources("Plugins")
    where !programs.contains(String(path.split(separator: "/")[1])) {
      for line in text.utf8.split(separator: 10) {
        let words = line.split(separator: 32).map { $0.drop { $0 == 34 } }
        guard let first = words.first, !first.starts(with: "//".utf8) else { continue }
        for word in words where word.starts(with: "'nnrun".utf8) || word.starts(with: "tools/".utf8) || isOption(word) {
          Issue.record("\(path): \(String(decoding: line, as: UTF8.self))")
        }
      }
    }
    // The variables of style sheets, which end with a colon, look like options.
    func isOption(_ word: Substring.UTF8View) -> Bool {
      word.starts(with: "--".utf8) && (word.dropFirst(2).first.map { (97...122).contains($0) } ?? false)
        && word.last != 58
    }
  }

  /// The codes of all that 'nnrun check' says about a file.
  static func said(_ text: String) -> Set<String> { Set(diagnostics(text).map(\.code)) }

  /// All that 'nnrun check' says about a file.
  static func diagnostics(_ text: String) -> [Diagnostic] {
    do {
      let model = try ModelLoader(registry: standardRegistry).load(text: text, file: "m.xml")
      let plan = try NetworkPlan(model.makeNetworkDefinition())
      return model.warnings(with: plan)
    } catch let error as DiagnosticError {
      return error.diagnostics
    } catch {
      return [Diagnostic(code: "?", "\(error)")]
    }
  }

  @Test func examplesOfModelsAreWrongAndRight() {
    for explanation in CodeExplanation.all {
      guard let wrong = explanation.file(explanation.wrong), let right = explanation.file(explanation.right) else {
        continue
      }
      #expect(Self.said(wrong).subtracting(["used-here"]) == [explanation.code], "\(explanation.code): \(wrong)")
      #expect(Self.said(right) == [], "\(explanation.code): \(right)")
    }
  }

  /// Every message of a wrong example, with the place that it points at: line, first column, column after the last.
  @Test func messagesPointAtTheirPlaces() {
    var lines: [String] = []
    for explanation in CodeExplanation.all {
      guard let wrong = explanation.file(explanation.wrong) else { continue }
      for diagnostic in Self.diagnostics(wrong) {
        let place = diagnostic.place
        lines.append(
          "\(explanation.code) \(place?.line ?? 0):\(place?.column ?? 0)-\(place?.endColumn ?? 0) \(diagnostic.code)")
      }
    }
    let expected = packageText("Tests/LanguageTests/Fixtures/places.txt").split(separator: "\n").map(String.init)
    #expect(lines == expected, "\(lines.joined(separator: "\n"))")
  }

  @Test func textsAreSentences() {
    for explanation in CodeExplanation.all {
      #expect(explanation.text.hasSuffix(".") && explanation.text.count > 20, "\(explanation.code)")
      #expect(!explanation.wrong.isEmpty && !explanation.right.isEmpty, "\(explanation.code)")
    }
  }
}
