/// What a message's stable code means: a text for people, something that brings the message about, and how it is right.
public struct CodeExplanation: Sendable, Hashable {
  /// What an example is a part of, so that a test can load it.
  public enum Context: Sendable {
    /// A whole model file.
    case file
    /// What stands inside `<model>`, beside a net of one input.
    case model
    /// What stands inside `<network>`, after `<input name="x" shape="4"/>`.
    case network
    /// What stands inside `<model>` with a net that has a loss, data and classes `a b`.
    case experiment
    /// Not XML: a command, a file, or words.
    case other
  }

  /// The code.
  public var code: String
  /// What it means and why it is so.
  public var text: String
  /// What the examples are a part of.
  public var context: Context
  /// Brings the message about.
  public var wrong: String
  /// The same as it is right.
  public var right: String

  init(_ code: String, _ text: String, _ context: Context = .other, wrong: String, right: String) {
    self.code = code
    self.text = text
    self.context = context
    self.wrong = wrong
    self.right = right
  }

  /// All of them, in alphabetical order of their codes.
  public static let all: [CodeExplanation] =
    (filesAndText + elements + names + shapes + experiments + data + numbers + weights + formulas + pictures + limits
    + plugins + tables + sequences + definitions)
    .sorted {
      $0.code < $1.code
    }

  /// The explanation of a code.
  public static func of(_ code: String) -> CodeExplanation? { all.first { $0.code == code } }

  /// An example as a whole model file; nil where it is not XML.
  package func file(_ example: String) -> String? {
    func model(_ body: String) -> String { "<model xmlns=\"urn:nnrun:model:1\" name=\"m\">\n\(body)\n</model>\n" }
    switch context {
    case .file: return example
    case .model: return model(example + "\n<network><input name=\"x\" shape=\"4\"/></network>")
    case .network: return model("<network>\n<input name=\"x\" shape=\"4\"/>\n\(example)\n</network>")
    case .experiment: return model(example)
    case .other: return nil
    }
  }
}
