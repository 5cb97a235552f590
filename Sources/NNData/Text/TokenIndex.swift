/// Finds the entry of a single token, as training has learned them.
package struct TokenIndex: Sendable {
  private let encoder: TokenEncoder

  init(_ encoding: TokenEncoding) {
    var single = encoding
    // Two are enough to tell one from more.
    single.length = 2
    encoder = TokenEncoder(single)
  }

  /// The entry of a token; nil for a text that is not exactly one.
  package func entry(of token: String) -> Int? {
    var numbers: [Double] = []
    guard let isCut = try? encoder.append(token, to: &numbers), !isCut, numbers.count == 1 else { return nil }
    return Int(numbers[0])
  }
}

extension SourceRecord {
  /// What finds the tokens of the texts that an input reads; nil if it reads none, or pieces of words, which are no tokens by
  /// themselves.
  package func tokens(ofInput input: String) -> TokenIndex? {
    guard let feature = table?.features?.first(where: { $0.input == input }), case .text(let text)? = feature.encoding,
      text.unit != .wordPiece
    else { return nil }
    return TokenIndex(text)
  }
}
