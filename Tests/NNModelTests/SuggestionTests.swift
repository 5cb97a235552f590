import NNCore
import NNModel
import Testing

@Suite struct SuggestionTests {
  /// Every way to mistype a word by one letter: one left out, one too many, one wrong, two swapped.
  static func singleEdits(of word: String) -> Set<String> {
    let letters = Array(word)
    var edits: Set<String> = []
    for i in letters.indices {
      edits.insert(String(letters[..<i] + letters[(i + 1)...]))
      edits.insert(String(letters[..<i] + ["q"] + letters[(i + 1)...]))
      edits.insert(String(letters[..<i] + ["q"] + letters[i...]))
      if i + 1 < letters.count {
        edits.insert(String(letters[..<i] + [letters[i + 1], letters[i]] + letters[(i + 2)...]))
      }
    }
    edits.insert(word + "q")
    return edits.filter { $0.isName }.subtracting([word])
  }

  @Test func everyMistypedElementNameIsRecognized() {
    let names = Registry.layersForTests.all().map { $0.schema }.filter {
      $0.namespace == ElementSchema.standardNamespace
    }.map(\.name)
    for name in names {
      for edit in Self.singleEdits(of: name) where !names.contains(edit) {
        let text = """
          <model xmlns="urn:nnrun:model:1" name="m"><network><input name="x" shape="1"/><\(edit)/></network></model>
          """
        // Where another name is as near, either answer is right.
        let others = (names + ["input", "use", "repeat"]).filter {
          $0 != name && Self.singleEdits(of: $0).contains(edit)
        }
        let isRight = said(text, "did you mean <\(name)>?")
        #expect(isRight || !others.isEmpty, "\(edit) for \(name)")
      }
    }
  }

  @Test func everyMistypedAttributeNameIsRecognized() {
    for type in Registry.layersForTests.all() where type.schema.namespace == ElementSchema.standardNamespace {
      let names = type.schema.allAttributes.map(\.name)
      for name in names {
        for edit in Self.singleEdits(of: name) where !names.contains(edit) {
          let text = """
            <model xmlns="urn:nnrun:model:1" name="m"><network><input name="x" shape="1"/>
            <\(type.schema.name) \(edit)="1"/></network></model>
            """
          let others = names.filter { $0 != name && Self.singleEdits(of: $0).contains(edit) }
          let isRight = said(text, "did you mean '\(name)'?")
          #expect(isRight || !others.isEmpty, "\(edit) for \(name)")
        }
      }
    }
  }

  private func said(_ text: String, _ words: String) -> Bool {
    do throws(DiagnosticError) {
      _ = try ModelLoader(registry: .forTests).load(text: text, file: "m.xml")
      return false
    } catch {
      return error.description.contains(words)
    }
  }
}

extension String {
  fileprivate var isName: Bool { first?.isLetter == true }
}
