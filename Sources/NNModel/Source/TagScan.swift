import NNCore

/// Where every start tag of a text is, and each of its attributes.
///
/// libxml2 alone decides what is well-formed and what values mean, but tells no attribute's column. This scan runs
/// first: it finds the places, and refuses what no parser should be given (a DOCTYPE, what is beyond the limits). At
/// the first thing that cannot be XML it ends; libxml2 then says what is wrong there.
struct TagScan: Sendable {
  struct Attribute: Sendable {
    /// Byte offsets. The value's are those between the quotes.
    var nameStart: Int32
    var nameEnd: Int32
    var valueStart: Int32
    var valueEnd: Int32

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
  }

  struct Tag: Sendable {
    /// The offset of `<`.
    var start: Int32
    /// The offset after the name.
    var nameEnd: Int32
    /// Its attributes, namespace declarations among them, in `attributes`.
    var attributes: Range<Int32>
    /// The first text directly inside the element that is not white space.
    var text: Int32 = -1

    var name: Range<Int> { Int(start)..<Int(nameEnd) }
  }

  private(set) var tags: [Tag] = []
  private(set) var attributes: [Attribute] = []
  /// The tags that are open where the scan ended.
  private(set) var open: [Int] = []

  private let text: SourceText
  private let limits: ModelLimits
  private var offset = 0
  private var namespaces = 0

  init(_ text: SourceText, limits: ModelLimits) throws(DiagnosticError) {
    self.text = text
    self.limits = limits
    while try scanNext() {}
  }

  /// Takes over the tags of another file after the first tags of this one, which are `keeping` in number.
  mutating func append(_ other: TagScan, keeping: Int, count: Int) {
    tags.removeLast(max(0, tags.count - keeping))
    let shift = Int32(attributes.count)
    attributes += other.attributes
    for tag in other.tags.prefix(count) {
      var moved = tag
      moved.attributes = (tag.attributes.lowerBound + shift)..<(tag.attributes.upperBound + shift)
      tags.append(moved)
    }
  }

  private var bytes: [UInt8] { text.bytes }

  /// Moves past the next piece of markup; false at the end, or where this cannot be XML.
  private mutating func scanNext() throws(DiagnosticError) -> Bool {
    guard skipText(), offset + 1 < bytes.count else { return false }
    switch bytes[offset + 1] {
    case UInt8(ascii: "!"):
      if starts("<!--") { return skip(4, to: "-->") }
      if starts("<![CDATA[") {
        noteText(offset)
        return skip(9, to: "]]>")
      }
      guard starts("<!DOCTYPE") else { return false }
      throw text.error(
        "doctype", "a DOCTYPE is refused, because it can declare entities and load other files",
        remedy: "remove it; a model file needs none", offset..<(offset + 9))
    case UInt8(ascii: "?"): return skip(2, to: "?>")
    case UInt8(ascii: "/"):
      guard skip(2, to: ">") else { return false }
      return open.popLast() != nil
    default: return try scanTag()
    }
  }

  /// Moves to the next `<`.
  private mutating func skipText() -> Bool {
    var isNoted = false
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "<") {
      if !isNoted, !isSpace(bytes[offset]) {
        noteText(offset)
        isNoted = true
      }
      offset += 1
    }
    return offset < bytes.count
  }

  private mutating func noteText(_ offset: Int) {
    guard let tag = open.last, tags[tag].text < 0 else { return }
    tags[tag].text = Int32(offset)
  }

  private mutating func skip(_ count: Int, to end: String) -> Bool {
    let end = Array(end.utf8)
    var index = offset + count
    while index + end.count <= bytes.count {
      if bytes[index] == end[0], bytes[index...].starts(with: end) {
        offset = index + end.count
        return true
      }
      index += 1
    }
    return false
  }

  private mutating func scanTag() throws(DiagnosticError) -> Bool {
    let start = offset
    offset += 1
    skipName()
    let name = start..<offset
    guard name.count > 1 else { return false }
    guard tags.count < limits.elements else {
      throw text.error("too-many-elements", "the file has more than \(limits.elements) elements", remedy: nil, name)
    }
    guard open.count < limits.depth else {
      throw text.error(
        "too-deep", "elements are nested more than \(limits.depth) deep here", remedy: nil, name)
    }
    let index = tags.count
    let first = Int32(attributes.count)
    tags.append(Tag(start: Int32(start), nameEnd: Int32(offset), attributes: first..<first))
    while true {
      skipSpace()
      guard offset < bytes.count else { return false }
      if bytes[offset] == UInt8(ascii: ">") {
        open.append(index)
        offset += 1
        return true
      }
      if bytes[offset] == UInt8(ascii: "/") {
        offset += 2
        return offset <= bytes.count && bytes[offset - 1] == UInt8(ascii: ">")
      }
      guard try scanAttribute(of: name) else { return false }
      tags[index].attributes = first..<Int32(attributes.count)
      guard attributes.count - Int(first) <= limits.attributesPerElement, attributes.count <= limits.attributes else {
        throw text.error(
          "too-many-attributes",
          "more than \(limits.attributesPerElement) attributes on an element, or \(limits.attributes) in the file",
          remedy: nil, name)
      }
    }
  }

  private mutating func scanAttribute(of element: Range<Int>) throws(DiagnosticError) -> Bool {
    let nameStart = offset
    skipName()
    let nameEnd = offset
    skipSpace()
    guard nameEnd > nameStart, offset < bytes.count, bytes[offset] == UInt8(ascii: "=") else { return false }
    offset += 1
    skipSpace()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") || bytes[offset] == UInt8(ascii: "'") else {
      return false
    }
    let quote = bytes[offset]
    let start = offset + 1
    guard let end = bytes[start...].firstIndex(of: quote) else { return false }
    guard end - start <= limits.attributeBytes else {
      throw text.error(
        "attribute-too-long", "this attribute is longer than \(limits.attributeBytes) bytes", remedy: nil,
        nameStart..<nameEnd)
    }
    if bytes[nameStart..<nameEnd].starts(with: "xmlns".utf8) {
      namespaces += 1
      guard namespaces <= limits.namespaces else {
        throw text.error(
          "too-many-namespaces", "the file declares more than \(limits.namespaces) namespaces", remedy: nil,
          nameStart..<nameEnd)
      }
    }
    attributes.append(
      Attribute(
        nameStart: Int32(nameStart), nameEnd: Int32(nameEnd), valueStart: Int32(start), valueEnd: Int32(end)))
    offset = end + 1
    return true
  }

  private mutating func skipSpace() {
    while offset < bytes.count, isSpace(bytes[offset]) { offset += 1 }
  }

  private mutating func skipName() {
    while offset < bytes.count, !isSpace(bytes[offset]), !"/>=<\"'".utf8.contains(bytes[offset]) { offset += 1 }
  }

  private func starts(_ prefix: String) -> Bool { bytes[offset...].starts(with: prefix.utf8) }
  private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
}
