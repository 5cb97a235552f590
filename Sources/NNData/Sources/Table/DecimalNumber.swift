/// Reads decimal numbers, correctly rounded.
enum DecimalNumber {
  /// Powers of ten that a double holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The finite number that the bytes spell, white space around it allowed; nil if they spell anything else.
  ///
  /// Up to 15 digits and a small power of ten, both of which a double holds exactly, make one exact operation. Up to 19
  /// digits make one in extended precision where there is such, which is rounded once more; see `extended`. Anything longer,
  /// and larger powers, go to the standard library, which takes memory from the heap.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ mark: TableRecord.DecimalMark = .point) -> Double? {
    let mark = mark == .point ? UInt8(ascii: ".") : UInt8(ascii: ",")
    var start = 0
    var end = bytes.count
    while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
    while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
    guard start < end, end - start <= 400 else { return nil }
    var position = start
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    var digits: UInt64 = 0
    var count = 0
    var places = 0
    var hasMark = false
    var exponent = 0
    while position < end {
      let byte = bytes[position]
      if byte >= 48, byte <= 57 {
        count += 1
        guard count <= 19 else { return parseSlowly(bytes[start..<end], mark) }
        digits = digits * 10 + UInt64(byte - 48)
        if hasMark { places += 1 }
      } else if byte == mark, !hasMark {
        hasMark = true
      } else if byte | 0x20 == UInt8(ascii: "e"), let power = power(bytes, position + 1, end) {
        exponent = power
        break
      } else {
        return parseSlowly(bytes[start..<end], mark)
      }
      position += 1
    }
    guard count > 0 else { return nil }
    exponent -= places
    guard powers.indices.contains(abs(exponent)) else { return parseSlowly(bytes[start..<end], mark) }
    guard count <= 15 || digits < 1 << 53 else {
      guard let value = extended(digits, exponent) else { return parseSlowly(bytes[start..<end], mark) }
      return isNegative ? -value : value
    }
    let value = exponent < 0 ? Double(digits) / powers[-exponent] : Double(digits) * powers[exponent]
    return isNegative ? -value : value
  }

  /// The whole number, of at most three digits and a sign, that the bytes of a range spell; nil if they spell anything else.
  private static func power(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    guard start < end else { return nil }
    let isSigned = bytes[start] == UInt8(ascii: "-") || bytes[start] == UInt8(ascii: "+")
    let first = isSigned ? start + 1 : start
    guard (1...3).contains(end - first) else { return nil }
    var value = 0
    for position in first..<end {
      guard bytes[position] >= 48, bytes[position] <= 57 else { return nil }
      value = value * 10 + Int(bytes[position] - 48)
    }
    return bytes[start] == UInt8(ascii: "-") ? -value : value
  }

  /// digits x 10^exponent, correctly rounded; nil if that is not sure.
  ///
  /// With 64 bits of significand both operands are exact, so the result is the nearest number of 64 bits. Rounding it to
  /// 53 bits is right unless its last 11 bits are within one of the half, where the first rounding may have decided.
  private static func extended(_ digits: UInt64, _ exponent: Int) -> Double? {
    #if arch(x86_64)
      let result =
        exponent < 0 ? Float80(digits) / Float80(powers[-exponent]) : Float80(digits) * Float80(powers[exponent])
      let rest = result.significandBitPattern & 0x7FF
      guard rest < 0x3FF || rest > 0x401 else { return nil }
      return Double(result)
    #else
      return nil
    #endif
  }

  private static func parseSlowly(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ mark: UInt8) -> Double? {
    let isDecimal = text.allSatisfy { ($0 >= 48 && $0 <= 57) || "+-eE".utf8.contains($0) || $0 == mark }
    guard isDecimal else { return nil }
    let pointed = text.map { $0 == mark ? UInt8(ascii: ".") : $0 }
    guard let value = Double(String(decoding: pointed, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }
}
