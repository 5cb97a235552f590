import CNNRunLayer
import NNCore
import NNFiles

/// Loads plug-ins: shared libraries that bring layers and losses.
public enum PluginLoader {
  /// Loads a library and makes its elements known.
  ///
  /// Loading a library runs its code with the rights of the process: load only what you would run.
  ///
  /// Throws a `DiagnosticError`: the file is missing (66), is no plug-in, describes itself wrongly, or brings an element
  /// that is known already (65).
  public static func load(_ path: String, into registry: inout Registry) throws {
    let library = try SharedLibrary(path)
    guard let symbol = library.symbol("nnrun_plugin") else {
      throw library.error(
        "is a library, but not a plug-in: it has no function nnrun_plugin",
        remedy: "see include/nnrun_layer.h, or begin with: nnrun plugin new NAME")
    }
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<nnrun_library>?
    let entry = unsafeBitCast(symbol, to: Entry.self)
    // A library of which a part is wrong brings nothing.
    var extended = registry
    do throws(LibraryFault) {
      try register(entry(UInt32(NNRUN_ABI)), checksum: try checksum(library), into: &extended)
      registry = extended
    } catch {
      throw library.error("is a plug-in that is not right: \(error.problem)", remedy: "tell its author")
    }
  }

  /// The checksum that weights remember the library by.
  private static func checksum(_ library: SharedLibrary) throws(LibraryFault) -> String {
    do {
      return hexadecimal(try FileReading.bytes(library.path).withUnsafeBytes { Compression.crc32($0) })
    } catch {
      throw LibraryFault("its file cannot be read again: \(error)")
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static func register(
    _ library: UnsafePointer<nnrun_library>?, checksum: String, into registry: inout Registry
  ) throws(LibraryFault) {
    guard let library else {
      throw LibraryFault("it does not work with version \(NNRUN_ABI) of the interface, which this program has")
    }
    let abi = library.pointee.abi
    guard abi == UInt32(NNRUN_ABI) else {
      throw LibraryFault("it uses version \(abi) of the interface, this program version \(NNRUN_ABI)")
    }
    let size = library.pointee.size
    guard size >= UInt32(MemoryLayout<nnrun_library>.size), size < 1 << 16 else {
      throw LibraryFault("it says that its description has \(size) bytes")
    }
    let c = library.pointee
    let name = try CText.required(c.name, "the library's name")
    let namespace = try CText.required(c.namespace_uri, "the library's namespace")
    guard namespace != ElementSchema.standardNamespace else {
      throw LibraryFault("its namespace is nnrun's own, \(namespace)")
    }
    let version = try CText.required(c.version, "the library's version")
    guard c.layer_count > 0, Int(c.layer_count) <= CDeclaration.mostLayers, let layers = c.layers else {
      throw LibraryFault("it says that it has \(c.layer_count) layers")
    }
    for index in 0..<Int(c.layer_count) {
      guard let layer = layers[index] else { throw LibraryFault("layer \(index) is missing") }
      guard layer.pointee.size >= UInt32(CDeclaration.leastLayerSize), layer.pointee.size < 1 << 16 else {
        throw LibraryFault("layer \(index) says that its description has \(layer.pointee.size) bytes")
      }
      let functions = CFunctions(table: layer.pointee)
      let schema = try CDeclaration.schema(functions.table, namespace: namespace)
      do throws(RegistrationError) {
        try registry.register(ElementDeclaration(schema) { try CLayer(functions, schema, $0) })
      } catch {
        throw LibraryFault(error.description)
      }
    }
    registry.note(PluginIdentity(name: name, version: version, namespace: namespace, checksum: checksum))
  }
}
