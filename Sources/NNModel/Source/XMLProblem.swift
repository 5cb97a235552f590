import CLibXML2
import NNCore
import NNText

/// What libxml2 says is not well-formed, in the words and with the place that help whoever wrote it.
struct XMLProblem {
  var code: String
  var message: String
  var remedy: String?
  var range: Range<Int>

  init(code: String, message: String, remedy: String? = nil, range: Range<Int>) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.range = range
  }

  /// - Parameters:
  ///   - code: libxml2's number.
  ///   - words: the names that go with it.
  ///   - offset: where the parser was.
  ///   - open: the tags that are open there.
  ///   - read: how many start tags have been read.
  init(
    code: Int, message: String, words: [String?], offset: Int, text: SourceText, scan: TagScan, open: [Int], read: Int
  ) {
    let offset = min(offset, text.bytes.count)
    let name = words.compactMap(\.self).first ?? ""
    self.init(code: "not-well-formed", message: "", range: offset..<offset)
    if offset == text.bytes.count, read < scan.tags.count, read >= 0 {
      range = offset..<offset
      self.message = "the file ends inside the tag \(text.string(scan.tags[read].name).shortened)"
      remedy = "end it with > or />"
      return
    }
    switch UInt32(clamping: code) {
    case XML_ERR_TAG_NAME_MISMATCH.rawValue:
      let closing = text.lastOffset(of: "</", before: offset)
      let end = text.bytes[closing...].firstIndex(of: UInt8(ascii: ">")) ?? offset
      range = closing..<max(closing, min(end + 1, text.bytes.count))
      let shown = text.string(range).shortened
      if let tag = open.last.map({ scan.tags[$0] }) {
        let line = text.position(at: Int(tag.start)).line
        let opened = text.string((Int(tag.start) + 1)..<Int(tag.nameEnd)).shortened
        self.message = "<\(opened)>, opened on line \(line), is closed by \(shown)"
        remedy = "close it with </\(opened)> first, or end its own tag with />"
      } else {
        self.message = "\(shown) closes nothing"
      }
    case XML_ERR_TAG_NOT_FINISHED.rawValue:
      if let tag = open.last.map({ scan.tags[$0] }) {
        let line = text.position(at: Int(tag.start)).line
        let opened = text.string((Int(tag.start) + 1)..<Int(tag.nameEnd)).shortened
        self.message = "the file ends before <\(opened)>, opened on line \(line), is closed"
        remedy = "add </\(opened)>"
      } else {
        self.message = "the file ends inside an element"
      }
    case XML_ERR_ATTRIBUTE_REDEFINED.rawValue, XML_NS_ERR_ATTRIBUTE_REDEFINED.rawValue:
      self.code = "duplicate-attribute"
      let isQualified = code == XML_ERR_ATTRIBUTE_REDEFINED.rawValue && words.compactMap(\.self).count > 1
      let full = isQualified ? words.compactMap(\.self).joined(separator: ":") : name
      self.message = "the attribute '\(full.shortened)' is given twice"
      remedy = "remove one of the two"
      let tag = scan.tags.indices.contains(read) ? scan.tags[read].attributes : 0..<0
      let matching = tag.filter {
        let written = text.string(scan.attributes[Int($0)].name)
        return written == full || written.hasSuffix(":" + full)
      }
      if matching.count > 1 { range = scan.attributes[Int(matching[1])].name }
    case XML_ERR_UNDECLARED_ENTITY.rawValue, XML_WAR_UNDECLARED_ENTITY.rawValue:
      let start = text.lastOffset(of: "&", before: offset)
      range = start..<max(start, offset)
      self.message = "the entity &\(name.shortened); is not defined"
      remedy = "XML itself has &lt; &gt; &amp; &quot; &apos; and numbers such as &#233;"
    case XML_ERR_DOCUMENT_EMPTY.rawValue, XML_ERR_DOCUMENT_START.rawValue:
      self.message = "the file does not start with an element"
      remedy = "a model file starts with <model xmlns=\"\(ElementSchema.standardNamespace)\">"
    case XML_ERR_DOCUMENT_END.rawValue:
      self.message = "there is more after the end of the root element"
      remedy = "a model file is one <model> element"
    case XML_ERR_LT_IN_ATTRIBUTE.rawValue:
      self.message = "an attribute's value cannot hold '<'"
      remedy = "write &lt;, or close the quotes before it"
    case XML_ERR_ATTRIBUTE_NOT_STARTED.rawValue:
      self.message = "an attribute's value must be in quotes"
    case XML_ERR_ATTRIBUTE_NOT_FINISHED.rawValue:
      self.message = "the quotes around an attribute's value are not closed"
    case XML_ERR_ATTRIBUTE_WITHOUT_VALUE.rawValue:
      self.message = "the attribute '\(name.shortened)' has no value"
      remedy = "write \(name.shortened)=\"...\""
    case XML_NS_ERR_XML_NAMESPACE.rawValue: self.message = "this namespace declaration is not allowed"
    case XML_NS_ERR_QNAME.rawValue: self.message = "a name has at most one ':', between its prefix and the rest"
    case XML_ERR_SPACE_REQUIRED.rawValue: self.message = "a space is missing here"
    case XML_ERR_GT_REQUIRED.rawValue: self.message = "'>' is missing here"
    case XML_ERR_INVALID_CHAR.rawValue: self.message = "this character is not allowed in XML"
    case XML_ERR_NAME_REQUIRED.rawValue where offset > 0 && text.bytes[offset - 1] == UInt8(ascii: "&"):
      range = (offset - 1)..<offset
      self.message = "'&' starts a reference, which has a name and ends with ';'"
      remedy = "write &amp; for the character itself"
    case XML_ERR_NAME_REQUIRED.rawValue: self.message = "a name is expected here"
    case XML_ERR_COMMENT_NOT_FINISHED.rawValue:
      self.message = "the comment is not closed"
      remedy = "end it with -->"
    case XML_ERR_HYPHEN_IN_COMMENT.rawValue: self.message = "a comment cannot hold '--'"
    case XML_ERR_CDATA_NOT_FINISHED.rawValue:
      self.message = "the CDATA section is not closed"
      remedy = "end it with ]]>"
    case XML_ERR_ENTITYREF_SEMICOL_MISSING.rawValue:
      self.message = "a reference that starts with '&' must end with ';'"
      remedy = "write &amp; for the character itself"
    default:
      let first = message.prefix { !$0.isNewline }
      self.message = "this is not well-formed XML: " + String(first).trimmingWhitespace
    }
  }
}

extension SourceText {
  /// Where `word` last starts before `end`; `end` itself if it does not.
  fileprivate func lastOffset(of word: String, before end: Int) -> Int {
    let word = Array(word.utf8)
    var index = end - word.count
    while index >= 0 {
      if bytes[index] == word[0], bytes[index...].starts(with: word) { return index }
      index -= 1
    }
    return end
  }
}
