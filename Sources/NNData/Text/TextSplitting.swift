/// Cuts texts into tokens.
///
/// Words are those of BERT's basic tokenizer: control characters vanish, white space and punctuation end a word,
/// punctuation marks and the ideographs of Chinese stand alone. Reference: the normalizer and pre-tokenizer of BERT in
/// Hugging Face's tokenizers, which work scalar by scalar, so that a sigma at the end of a word is none of its own.
struct TextSplitting: Sendable {
  let unit: TokenEncoding.Unit
  let isLowercase: Bool
  let stripsAccents: Bool

  init(_ encoding: TokenEncoding) {
    (unit, isLowercase, stripsAccents) = (encoding.unit, encoding.isLowercase, encoding.stripsAccents)
  }

  /// Hands over the tokens in UTF-8, in order, until `body` returns false.
  ///
  /// - Returns: whether all tokens were taken.
  func forEachToken(in text: String, _ body: ([UInt8]) -> Bool) -> Bool {
    switch unit {
    case .words, .wordPiece: return forEachWord(in: text, body)
    case .characters:
      for scalar in text.unicodeScalars {
        for changed in changed(scalar) where !body(Array(changed.utf8)) { return false }
      }
    case .bytes:
      for scalar in text.unicodeScalars {
        for changed in changed(scalar) {
          for byte in changed.utf8 where !body([byte]) { return false }
        }
      }
    }
    return true
  }

  private func forEachWord(in text: String, _ body: ([UInt8]) -> Bool) -> Bool {
    var word: [UInt8] = []
    func end() -> Bool {
      defer { word.removeAll(keepingCapacity: true) }
      return word.isEmpty || body(word)
    }
    for scalar in text.unicodeScalars {
      if scalar == "\t" || scalar == "\n" || scalar == "\r" {
        guard end() else { return false }
        continue
      }
      if scalar.isControl { continue }
      if scalar.properties.isWhitespace {
        guard end() else { return false }
        continue
      }
      let standsAlone = scalar.isIdeograph
      if standsAlone, !end() { return false }
      for changed in changed(scalar) {
        let isMark = changed.isPunctuation
        if isMark, !end() { return false }
        word.append(contentsOf: changed.utf8)
        if isMark, !end() { return false }
      }
      if standsAlone, !end() { return false }
    }
    return end()
  }

  /// What a scalar becomes before it is part of a token.
  private func changed(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    // Most text is of letters that have neither.
    if scalar.isASCII {
      let isCapital = isLowercase && ("A"..."Z").contains(scalar)
      return [isCapital ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar]
    }
    let bare = stripsAccents ? Accents.stripped(scalar) : [scalar]
    return isLowercase ? bare.flatMap { $0.properties.lowercaseMapping.unicodeScalars } : bare
  }
}

extension Unicode.Scalar {
  /// Whether BERT drops it.
  fileprivate var isControl: Bool {
    guard !isASCII else { return value < 32 || value == 127 }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: return true
    default: return value == 0xFFFD
    }
  }

  /// Whether BERT makes a token of it: punctuation, and every sign of ASCII.
  fileprivate var isPunctuation: Bool {
    if isASCII {
      return (33...47).contains(value) || (58...64).contains(value) || (91...96).contains(value)
        || (123...126).contains(value)
    }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  /// Whether it is in one of the blocks of Chinese ideographs, which are written without blanks between words.
  fileprivate var isIdeograph: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B820...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
