/// Makes the entries of texts.
struct TokenEncoder: Sendable {
  private let encoding: TokenEncoding
  private let splitting: TextSplitting
  /// The entry of each token.
  private let entries: [[UInt8]: Int]

  init(_ encoding: TokenEncoding) {
    self.encoding = encoding
    splitting = TextSplitting(encoding)
    let shift = encoding.unit == .wordPiece ? 0 : TokenEncoding.reserved
    entries = Dictionary(
      zip(encoding.vocabulary.map { Array($0.utf8) }, shift...), uniquingKeysWith: { first, _ in first })
  }

  /// Appends the entries of a text; nil for a gap. Throws if there is no token, and nothing stands for a gap.
  ///
  /// - Returns: whether the text had more tokens than the length.
  func append(_ text: String?, to numbers: inout [Double]) throws(ColumnFault) -> Bool {
    let own = encoding.unit == .wordPiece ? 2 : 0
    let most = max(0, encoding.length - own)
    var found: [Int] = []
    let isCut = append(text ?? "", most: most, to: &found)
    if found.isEmpty {
      guard encoding.fillsGaps else { throw .gap }
      found = [unknown]
    }
    if own > 0 { numbers.append(Double(entry(TokenEncoding.first))) }
    for entry in found { numbers.append(Double(entry)) }
    if own > 0 { numbers.append(Double(entry(TokenEncoding.last))) }
    return isCut
  }

  private var unknown: Int { encoding.unit == .wordPiece ? entry(TokenEncoding.unknown) : 1 }

  /// The entry of one of WordPiece's own tokens, which a vocabulary has.
  private func entry(_ token: String) -> Int { entries[Array(token.utf8)] ?? 0 }

  /// Appends the entries of the text's first tokens; true if it has more of them.
  private func append(_ text: String, most: Int, to found: inout [Int]) -> Bool {
    var count = 0
    return !splitting.forEachToken(in: text) { token in
      if encoding.unit == .wordPiece {
        appendPieces(of: token, to: &found)
        count = found.count
        if count > most { found.removeLast(count - most) }
      } else {
        count += 1
        if count <= most {
          found.append(encoding.unit == .bytes ? Int(token[0]) + TokenEncoding.reserved : entries[token] ?? unknown)
        }
      }
      return count <= most
    }
  }

  /// The most characters of a word that is taken apart, as in BERT.
  private static let longestWord = 100
  private static let continuation = Array("##".utf8)

  /// Appends the entries of the pieces of a word: from its start the longest piece of the vocabulary each time. A word that
  /// does not come out is unknown as a whole.
  private func appendPieces(of word: [UInt8], to found: inout [Int]) {
    let start = found.count
    guard word.count(where: Self.beginsCharacter) <= Self.longestWord else { return found.append(unknown) }
    var rest = word[...]
    var prefix: [UInt8] = []
    while !rest.isEmpty {
      var end = rest.endIndex
      while end > rest.startIndex {
        if let entry = entries[prefix + rest[..<end]] {
          found.append(entry)
          break
        }
        end -= 1
        while end > rest.startIndex, !Self.beginsCharacter(rest[end]) { end -= 1 }
      }
      guard end > rest.startIndex else {
        found.removeLast(found.count - start)
        return found.append(unknown)
      }
      rest = rest[end...]
      prefix = Self.continuation
    }
  }

  private static func beginsCharacter(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
