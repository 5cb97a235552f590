/// Letters without their accents: what is left of Unicode's canonical decomposition without nonspacing marks.
enum Accents {
  /// The scalars that are left of one; none of a mark.
  static func stripped(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if let letters = table[scalar] { return letters }
    if syllables.contains(scalar.value) { return jamo(scalar.value) }
    return scalar.properties.generalCategory == .nonspacingMark ? [] : [scalar]
  }

  /// The decompositions, read once.
  private static let table: [Unicode.Scalar: [Unicode.Scalar]] = {
    var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    for entry in accentTable.split(whereSeparator: \.isWhitespace) {
      let scalars = entry.split(separator: ",").compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
      guard let first = scalars.first else { continue }
      table[first] = Array(scalars.dropFirst())
    }
    return table
  }()

  private static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

  /// The letters of a syllable of Hangul. Reference: The Unicode Standard, section 3.12.
  private static func jamo(_ syllable: UInt32) -> [Unicode.Scalar] {
    let index = syllable - syllables.lowerBound
    let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28]
    return parts.prefix(index % 28 == 0 ? 2 : 3).compactMap(Unicode.Scalar.init)
  }
}
