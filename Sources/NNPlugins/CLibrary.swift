import CNNRunLayer
import NNCore

/// A library that describes its layers as include/nnrun_layer.h says.
enum CLibrary {
  /// The function that it exports.
  static let entry = "nnrun_plugin"

  /// Makes its layers known. Throws a `LibraryFault` for the first thing that its description says wrongly.
  static func register(
    _ symbol: UnsafeMutableRawPointer, checksum: String, into registry: inout Registry
  ) throws(LibraryFault) -> PluginIdentity {
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<nnrun_library>?
    let entry = unsafeBitCast(symbol, to: Entry.self)
    return try register(entry(UInt32(NNRUN_ABI)), checksum: checksum, into: &registry)
  }

  private static func register(
    _ library: UnsafePointer<nnrun_library>?, checksum: String, into registry: inout Registry
  ) throws(LibraryFault) -> PluginIdentity {
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
    return PluginIdentity(name: name, version: version, namespace: namespace, checksum: checksum)
  }
}
