import CLibXML2
import NNCore

/// Turns the bytes of a file into UTF-8, whatever encoding that libxml2 knows they are in.
struct TextDecoder {
  let file: String
  let limits: ModelLimits

  /// The bytes in UTF-8 without a byte order mark, checked. If they were in another encoding, the XML declaration says
  /// UTF-8 in its place.
  func decode(_ bytes: [UInt8]) throws(DiagnosticError) -> [UInt8] {
    var result = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      result = Array(bytes.dropFirst(3))
    } else if let handler = try handler(for: bytes) {
      result = try convert(bytes, with: handler)
      if result.starts(with: [0xEF, 0xBB, 0xBF]) { result.removeFirst(3) }
    }
    try check(result)
    return result
  }

  /// The encoding's name in the XML declaration, as a range of bytes.
  static func declaredEncoding(_ bytes: [UInt8]) -> Range<Int>? {
    let head = bytes.prefix(1000)
    guard head.starts(with: Array("<?xml".utf8)), let end = head.firstIndex(of: UInt8(ascii: ">")) else { return nil }
    let key = Array("encoding".utf8)
    guard var index = (5..<end).first(where: { bytes[$0...].starts(with: key) }) else { return nil }
    index += key.count
    let isSpace = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 10 || byte == 13 }
    while index < end, isSpace(bytes[index]) || bytes[index] == UInt8(ascii: "=") { index += 1 }
    guard index < end, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else { return nil }
    let start = index + 1
    guard let close = (start..<end).first(where: { bytes[$0] == bytes[index] }) else { return nil }
    return start..<close
  }

  private func handler(for bytes: [UInt8]) throws(DiagnosticError) -> xmlCharEncodingHandlerPtr? {
    let detected = xmlDetectCharEncoding(bytes, Int32(min(4, bytes.count)))
    switch detected {
    case XML_CHAR_ENCODING_UTF8, XML_CHAR_ENCODING_NONE, XML_CHAR_ENCODING_ERROR: break
    default:
      guard let handler = xmlGetCharEncodingHandler(detected) else {
        throw DiagnosticError(
          code: "unknown-encoding", file: file, "the text is in an encoding that cannot be read",
          remedy: "save it as UTF-8")
      }
      return handler
    }
    guard let range = Self.declaredEncoding(bytes) else { return nil }
    let name = String(decoding: bytes[range], as: UTF8.self)
    // A text whose first bytes are plain ASCII is not in UTF-16, whatever it says.
    let isPlain = ["utf-8", "utf8", "ascii", "us-ascii"].contains(name.lowercased())
    if isPlain || name.lowercased().hasPrefix("utf-16") { return nil }
    if let handler = xmlFindCharEncodingHandler(name) { return handler }
    let text = SourceText(file: file, bytes: Array(bytes.prefix(1000)))
    throw text.error("unknown-encoding", "the encoding '\(name)' is not known", remedy: "save the file as UTF-8", range)
  }

  private func convert(_ bytes: [UInt8], with handler: xmlCharEncodingHandlerPtr) throws(DiagnosticError) -> [UInt8] {
    defer { xmlCharEncCloseFunc(handler) }
    let tooLarge = DiagnosticError(
      code: "file-too-large", file: file, "the decoded text is larger than \(limits.fileBytes) bytes")
    guard let input = xmlBufferCreateSize(bytes.count + 1), let output = xmlBufferCreateSize(bytes.count * 2 + 64)
    else {
      throw tooLarge
    }
    defer {
      xmlBufferFree(input)
      xmlBufferFree(output)
    }
    guard xmlBufferAdd(input, bytes, Int32(bytes.count)) == 0 else { throw tooLarge }
    // Otherwise libxml2 prints its own message about bytes that it cannot convert. The setting is this thread's alone.
    xmlSetStructuredErrorFunc(nil) { _, _ in }
    defer { xmlSetStructuredErrorFunc(nil, nil) }
    while xmlBufferLength(input) > 0 {
      let before = xmlBufferLength(input)
      let result = xmlCharEncInFunc(handler, output, input)
      guard xmlBufferLength(output) <= limits.fileBytes else { throw tooLarge }
      if result < 0 && result != -3 || xmlBufferLength(input) == before {
        throw DiagnosticError(
          code: "bad-encoding", file: file,
          "byte \(bytes.count - Int(xmlBufferLength(input)) + 1) is not valid in the file's encoding",
          remedy: "save the file as UTF-8")
      }
    }
    var result = Array(UnsafeBufferPointer(start: xmlBufferContent(output), count: Int(xmlBufferLength(output))))
    if let range = Self.declaredEncoding(result) { result.replaceSubrange(range, with: "UTF-8".utf8) }
    return result
  }

  func check(_ bytes: [UInt8]) throws(DiagnosticError) {
    if let zero = bytes.firstIndex(of: 0) {
      throw SourceText(file: file, bytes: bytes).error(
        "bad-character", "the text has a NUL character", remedy: nil, zero..<zero)
    }
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    scan: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput, .error: break scan
      }
    }
    let byte = offset < bytes.count ? String(bytes[offset], radix: 16, uppercase: true) : ""
    throw SourceText(file: file, bytes: bytes).error(
      "bad-encoding", "the byte 0x\(byte) is not valid UTF-8",
      remedy: "save the file as UTF-8, or name its encoding in <?xml version=\"1.0\" encoding=\"...\"?>",
      offset..<offset)
  }
}

extension SourceText {
  /// A single error about a range of bytes.
  func error(_ code: String, _ message: String, remedy: String?, _ range: Range<Int>) -> DiagnosticError {
    DiagnosticError([diagnostic(code, message, remedy: remedy, range)])
  }

  func diagnostic(
    _ code: String, _ message: String, remedy: String? = nil, _ range: Range<Int>,
    severity: Diagnostic.Severity = .error
  ) -> Diagnostic {
    var position = position(at: range.lowerBound)
    let lineEnd = Int(position.line) < lineStarts.count ? Int(lineStarts[Int(position.line)]) - 1 : bytes.count
    position.length = Int32(
      max(1, characterCount(range.lowerBound..<max(range.lowerBound, min(range.upperBound, lineEnd)))))
    return Diagnostic(
      severity, code: code, message, remedy: remedy, place: place(position), sourceLine: line(Int(position.line)))
  }
}
