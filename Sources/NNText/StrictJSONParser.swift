/// Reads JSON by recursive descent, to a limited depth and a limited number of values.
struct StrictJSONParser {
  private let bytes: [UInt8]
  private var position = 0
  /// Deeper than any header needs, and far from the end of the stack.
  private static let deepest = 64

  private let mostValues: Int
  private var values = 0

  init(_ bytes: [UInt8], mostValues: Int) {
    self.bytes = bytes
    self.mostValues = mostValues
  }

  mutating func document() throws(StrictJSON.Failure) -> StrictJSON {
    let value = try value(depth: 0)
    try end()
    return value
  }

  mutating func documentMembers(_ body: (StrictJSON.Member) throws -> Void) throws -> Bool {
    skipSpace()
    guard byte == UInt8(ascii: "{") else {
      _ = try document()
      return false
    }
    var keys: Set<String> = []
    var goesOn = beginsObject()
    while goesOn {
      values = 0
      try body(try member(0, &keys))
      goesOn = try anotherMember()
    }
    try end()
    return true
  }

  private mutating func end() throws(StrictJSON.Failure) {
    skipSpace()
    guard position == bytes.count else { throw failure("text follows the value") }
  }

  private func failure(_ message: String) -> StrictJSON.Failure {
    StrictJSON.Failure(message: message, position: position)
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func value(depth: Int) throws(StrictJSON.Failure) -> StrictJSON {
    guard depth < Self.deepest else { throw failure("values are nested too deeply") }
    values += 1
    guard values <= mostValues else { throw failure("there are more values than anything here needs") }
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("the text ends early")
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: StrictJSON) throws(StrictJSON.Failure) -> StrictJSON {
    guard bytes[position...].starts(with: word.utf8) else { throw failure("this is no value") }
    position += word.utf8.count
    return value
  }

  private mutating func object(_ depth: Int) throws(StrictJSON.Failure) -> StrictJSON {
    var members: [StrictJSON.Member] = []
    var keys: Set<String> = []
    var goesOn = beginsObject()
    while goesOn {
      members.append(try member(depth, &keys))
      goesOn = try anotherMember()
    }
    return .object(members)
  }

  /// Passes the opening brace; false if the object is empty, whose closing brace is then passed too.
  private mutating func beginsObject() -> Bool {
    position += 1
    skipSpace()
    guard byte == UInt8(ascii: "}") else { return true }
    position += 1
    return false
  }

  private mutating func member(_ depth: Int, _ keys: inout Set<String>) throws(StrictJSON.Failure) -> StrictJSON.Member
  {
    skipSpace()
    guard byte == UInt8(ascii: "\"") else { throw failure("a key is missing") }
    let key = try text()
    guard keys.insert(key).inserted else {
      var duplicate = failure("the key '\(key.shortened)' occurs twice")
      duplicate.isDuplicateKey = true
      throw duplicate
    }
    skipSpace()
    guard byte == UInt8(ascii: ":") else { throw failure("a colon is missing") }
    position += 1
    return .init(key: key, value: try value(depth: depth + 1))
  }

  /// Passes a comma or the closing brace; true for the comma.
  private mutating func anotherMember() throws(StrictJSON.Failure) -> Bool {
    skipSpace()
    let next = byte
    guard next == UInt8(ascii: "}") || next == UInt8(ascii: ",") else {
      throw failure("a comma or a closing brace is missing")
    }
    position += 1
    return next == UInt8(ascii: ",")
  }

  private mutating func array(_ depth: Int) throws(StrictJSON.Failure) -> StrictJSON {
    position += 1
    var values: [StrictJSON] = []
    skipSpace()
    if byte == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      let next = byte
      position += 1
      if next == UInt8(ascii: "]") { return .array(values) }
      guard next == UInt8(ascii: ",") else { throw failure("a comma or a closing bracket is missing") }
    }
  }

  private mutating func number() throws(StrictJSON.Failure) -> StrictJSON {
    let start = position
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (48...57).contains($0) } ?? false }
    if byte == UInt8(ascii: "-") { position += 1 }
    guard isDigit(byte) else { throw failure("this is no value") }
    if byte == UInt8(ascii: "0") {
      position += 1
    } else {
      while isDigit(byte) { position += 1 }
    }
    var isWhole = true
    if byte == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      guard isDigit(byte) else { throw failure("a digit is missing") }
      while isDigit(byte) { position += 1 }
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isWhole = false
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      guard isDigit(byte) else { throw failure("a digit is missing") }
      while isDigit(byte) { position += 1 }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole {
      guard let value = Int(text) else { throw failure("the number \(text.prefix(30)) is too large") }
      return .integer(value)
    }
    guard let value = Double(text), value.isFinite else { throw failure("the number \(text.prefix(30)) is too large") }
    return .number(value)
  }

  private mutating func text() throws(StrictJSON.Failure) -> String {
    position += 1
    var content: [UInt8] = []
    while true {
      guard let next = byte else { throw failure("a text is not closed") }
      position += 1
      switch next {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("a text is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): content.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw failure("a control character stands in a text")
      default: content.append(next)
      }
    }
  }

  private mutating func escape() throws(StrictJSON.Failure) -> Unicode.Scalar {
    guard let next = byte else { throw failure("a text is not closed") }
    position += 1
    switch next {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal()
      if let scalar = Unicode.Scalar(first) { return scalar }
      guard (0xD800..<0xDC00).contains(first), byte == UInt8(ascii: "\\") else { throw failure("a lone surrogate") }
      position += 1
      guard byte == UInt8(ascii: "u") else { throw failure("a lone surrogate") }
      position += 1
      let second = try hexadecimal()
      guard (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      else { throw failure("a lone surrogate") }
      return scalar
    default: throw failure("this escape is not known")
    }
  }

  private mutating func hexadecimal() throws(StrictJSON.Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let next = byte, let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
        throw failure("four hexadecimal digits are missing")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
