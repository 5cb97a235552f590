import NNCore
import NNFiles
import NNText

/// The vocabulary of a WordPiece tokenizer: a text with a token on each line, as BERT's vocab.txt.
enum WordPieceVocabulary {
  /// The tokens of a file. Throws a `DiagnosticError` for a file that is none.
  static func read(_ path: String) throws -> [String] {
    let lines = try FileReading.expandedBytes(path, limit: 1 << 26).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    func error(_ message: String, _ remedy: String?, line: Int = 0) -> DiagnosticError {
      DiagnosticError(
        code: "bad-vocabulary", message, remedy: remedy,
        place: SourcePlace(file: path, line: line, column: line == 0 ? 0 : 1))
    }
    var places: [[UInt8]: Int] = [:]
    var tokens: [String] = []
    for (index, line) in lines.enumerated() {
      let bytes = Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
      if bytes.isEmpty, index == lines.count - 1 { break }
      guard let token = String(validating: bytes, as: UTF8.self), !token.isEmpty, index < DeclaredColumns.mostValues
      else {
        throw error(
          bytes.isEmpty
            ? "this line has no token"
            : index < DeclaredColumns.mostValues
              ? "this line is not text in UTF-8" : "there are more than \(DeclaredColumns.mostValues) tokens",
          "give a file like BERT's vocab.txt, a token on each line", line: index + 1)
      }
      if let other = places.updateValue(index, forKey: bytes) {
        throw error("the token '\(token.shortened)' stands on line \(other + 1) already", nil, line: index + 1)
      }
      tokens.append(token)
    }
    let missing = TokenEncoding.missingTokens(tokens)
    guard missing.isEmpty else {
      throw error(
        "the vocabulary has no \(missing.joined(separator: ", "))",
        "give a file like BERT's vocab.txt, a token on each line")
    }
    return tokens
  }
}
