/// What stands between groups of three digits in a table's numbers.
package enum ThousandsMark: String, Sendable, Hashable, CaseIterable {
  case none, comma, point, blank, apostrophe

  private var byte: UInt8? {
    switch self {
    case .none: nil
    case .comma: UInt8(ascii: ",")
    case .point: UInt8(ascii: ".")
    case .blank: UInt8(ascii: " ")
    case .apostrophe: UInt8(ascii: "'")
    }
  }

  /// The number without its marks; nil if it has none, or if some stand where no group of three digits follows.
  func removed(from text: some Collection<UInt8>, _ decimal: TableRecord.DecimalMark) -> [UInt8]? {
    guard let byte, text.contains(byte) else { return nil }
    var bytes = Array(text)
    while bytes.first == 32 || bytes.first == 9 { bytes.removeFirst() }
    while bytes.last == 32 || bytes.last == 9 { bytes.removeLast() }
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    let start = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? 1 : 0
    let point = decimal == .point ? UInt8(ascii: ".") : UInt8(ascii: ",")
    let end = bytes[start...].firstIndex { !isDigit($0) && $0 != byte } ?? bytes.count
    guard end == bytes.count || bytes[end] == point || bytes[end] | 32 == UInt8(ascii: "e") else { return nil }
    let groups = bytes[start..<end].split(separator: byte, omittingEmptySubsequences: false)
    guard groups.count > 1, (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }),
      !bytes[end...].contains(byte)
    else { return nil }
    return bytes[..<start] + Array(groups.joined()) + bytes[end...]
  }
}
