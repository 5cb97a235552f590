import CLibXML2
import NNCore

/// Runs libxml2's SAX2 parser over a text and builds the tree of its elements.
///
/// No network, no external files, no entities beyond the five of XML itself: the scan has refused a DOCTYPE before.
func parseXML(_ text: SourceText, limits: ModelLimits) throws(DiagnosticError) -> SourceTree {
  let scan = try TagScan(text, limits: limits)
  xmlInitParser()
  let context = text.bytes.withUnsafeBytes { bytes in
    xmlCreateMemoryParserCtxt(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
  }
  guard let context else {
    throw text.error("empty-file", "the file is empty", remedy: "a model file starts with <model>", 0..<0)
  }
  let collector = TreeCollector(SourceTree(text: text, scan: scan), context)
  collector.parse()
  return collector.tree
}

/// What the SAX2 callbacks write to.
private final class TreeCollector {
  var tree: SourceTree
  var open: [Int] = []
  var cursor: SourceCursor
  let context: xmlParserCtxtPtr

  init(_ tree: SourceTree, _ context: xmlParserCtxtPtr) {
    self.tree = tree
    self.context = context
    cursor = SourceCursor(tree.text)
  }

  deinit { xmlFreeParserCtxt(context) }

  func parse() {
    guard let handler = context.pointee.sax else { return }
    handler.pointee = xmlSAXHandler()
    handler.pointee.initialized = UInt32(XML_SAX2_MAGIC)
    handler.pointee.startElementNs = { data, name, prefix, namespace, _, _, count, _, attributes in
      TreeCollector.from(data)?.start(name, prefix, namespace, attributes, Int(count))
    }
    handler.pointee.endElementNs = { data, _, _, _ in _ = TreeCollector.from(data)?.open.popLast() }
    handler.pointee.characters = { data, characters, count in
      TreeCollector.from(data)?.characters(characters, Int(count))
    }
    handler.pointee.cdataBlock = { data, characters, count in
      TreeCollector.from(data)?.characters(characters, Int(count))
    }
    // The scan has refused every DOCTYPE that it could see; should one get here, nothing of it is read.
    handler.pointee.internalSubset = { data, _, _, _ in
      guard let collector = TreeCollector.from(data) else { return }
      collector.malformed(XMLProblem(code: "doctype", message: "a DOCTYPE is refused", range: 0..<0))
      xmlStopParser(collector.context)
    }
    handler.pointee.serror = { data, error in
      guard let collector = TreeCollector.from(data), let error else { return }
      collector.report(error.pointee)
    }
    // Without replacing entities, libxml2 hands on `&amp;` in attributes as `&#38;`; there are none but XML's own five.
    // Its own limits on sizes are lifted, because the scan has applied the model's.
    let options = [XML_PARSE_NONET, XML_PARSE_IGNORE_ENC, XML_PARSE_NOENT, XML_PARSE_HUGE]
    xmlCtxtUseOptions(context, Int32(options.reduce(0) { $0 | $1.rawValue }))
    context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
    let result = xmlParseDocument(context)
    if result != 0, context.pointee.wellFormed == 0, tree.malformed == nil {
      malformed(XMLProblem(code: "not-well-formed", message: "this is not well-formed XML", range: offset..<offset))
    }
  }

  private static func from(_ data: UnsafeMutableRawPointer?) -> TreeCollector? {
    data.map { Unmanaged<TreeCollector>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Where the parser is.
  private var offset: Int { max(0, Int(xmlByteConsumed(context))) }

  private func start(
    _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?, _ namespace: UnsafePointer<xmlChar>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int
  ) {
    let index = tree.elements.count
    guard index < tree.scan.tags.count, let name else { return }
    let tag = tree.scan.tags[index]
    var element = SourceElement(
      name: String(cString: name), prefix: prefix.map { String(cString: $0) } ?? "",
      namespace: namespace.map { String(cString: $0) }, position: cursor.position(tag.name))
    element.attributes.reserveCapacity(count)
    var scanned = Int(tag.attributes.lowerBound)
    for number in 0..<count {
      guard let attributes, let local = attributes[5 * number], let start = attributes[5 * number + 3],
        let end = attributes[5 * number + 4]
      else { continue }
      while scanned < tag.attributes.upperBound, isNamespaceDeclaration(tree.scan.attributes[scanned]) { scanned += 1 }
      guard scanned < tag.attributes.upperBound else { break }
      let place = tree.scan.attributes[scanned]
      scanned += 1
      let value = UnsafeBufferPointer(start: start, count: end - start)
      let namePosition = cursor.position(place.name)
      element.attributes.append(
        SourceAttribute(
          name: attributes[5 * number + 1].map { String(cString: $0) + ":" + String(cString: local) }
            ?? String(cString: local),
          namespace: attributes[5 * number + 2].map { String(cString: $0) },
          value: String(decoding: value, as: UTF8.self), namePosition: namePosition,
          valuePosition: cursor.position(place.value),
          isVerbatim: !tree.text.bytes[place.value].contains { $0 == UInt8(ascii: "&") || $0 == 10 || $0 == 13 }))
    }
    tree.elements.append(element)
    if let parent = open.last { tree.elements[parent].children.append(index) }
    open.append(index)
  }

  private func isNamespaceDeclaration(_ attribute: TagScan.Attribute) -> Bool {
    let name = tree.text.bytes[attribute.name]
    return name.starts(with: "xmlns".utf8) && (name.count == 5 || name[name.startIndex + 5] == UInt8(ascii: ":"))
  }

  private func characters(_ characters: UnsafePointer<xmlChar>?, _ count: Int) {
    guard let parent = open.last, let characters,
      ModelStructure.named(tree.elements[parent].name)?.holdsText ?? false
    else { return }
    tree.elements[parent].text += String(
      decoding: UnsafeBufferPointer(start: characters, count: count), as: UTF8.self)
  }

  private func malformed(_ problem: XMLProblem) {
    guard tree.malformed == nil else { return }
    tree.malformed = tree.text.diagnostic(problem.code, problem.message, remedy: problem.remedy, problem.range)
  }

  private func report(_ error: xmlError) {
    // Namespace names that are no absolute URI, and prefixes without a declaration: the reader says it better.
    guard error.level != XML_ERR_WARNING, error.code != XML_NS_ERR_UNDEFINED_NAMESPACE.rawValue else { return }
    guard tree.malformed == nil else { return }
    malformed(
      XMLProblem(
        code: Int(error.code), message: error.message.map { String(cString: $0) } ?? "",
        words: [error.str1, error.str2].map { $0.map { String(cString: $0) } }, offset: offset, text: tree.text,
        scan: tree.scan, open: open, read: tree.elements.count))
  }
}
