import CLibXML2
import NNModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// libxml2's validator, which is also that of xmllint, with one set of schemas.
final class SchemaValidator {
  private let schema: xmlSchemaPtr

  struct WrongSchema: Error {}

  /// A validator. Throws when the schemas are wrong, which libxml2 then says on standard error.
  init(_ files: [SchemaWriter.File]) throws {
    var template = Array("/tmp/nnrun-schema-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw WrongSchema() }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for file in files {
      guard let handle = fopen("\(folder)/\(file.name)", "w") else { throw WrongSchema() }
      fputs(file.text, handle)
      fclose(handle)
    }
    let context = xmlSchemaNewParserCtxt("\(folder)/\(files[0].name)")
    defer {
      xmlSchemaFreeParserCtxt(context)
      for file in files { unlink("\(folder)/\(file.name)") }
      rmdir(folder)
    }
    guard let parsed = xmlSchemaParse(context) else { throw WrongSchema() }
    schema = parsed
  }

  deinit { xmlSchemaFree(schema) }

  /// Whether a text is a valid model; false also when it is not well-formed.
  func accepts(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
      let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      guard let document = xmlReadMemory(start, Int32(bytes.count), "m.xml", nil, options) else { return false }
      defer { xmlFreeDoc(document) }
      let context = xmlSchemaNewValidCtxt(schema)
      defer { xmlSchemaFreeValidCtxt(context) }
      xmlSchemaSetValidStructuredErrors(context, { _, _ in }, nil)
      return xmlSchemaValidateDoc(context, document) == 0
    }
  }
}
