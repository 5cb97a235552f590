import NNCore
import NNData
import NNKernels
import NNTraining
import StandardLayers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Everything that the program's models may name.
let standardRegistry: Registry = {
  var registry = Registry()
  do {
    try registerStandardLayers(into: &registry)
    try registerStandardSources(into: &registry)
    try registerStandardColumns(into: &registry)
    try registerStandardPreprocessing(into: &registry)
    try registerStandardAugmentations(into: &registry)
    try registerStandardTraining(into: &registry)
  } catch {
    preconditionFailure("\(error)")
  }
  return registry
}()

/// The same with two elements of somebody else.
let extendedRegistry: Registry = {
  var registry = standardRegistry
  do {
    try registry.register(ThirdPartyLayer.self)
    try registry.register(ThirdPartyStopping.self)
  } catch {
    preconditionFailure("\(error)")
  }
  return registry
}()

struct ThirdPartyLayer: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "swishish", namespace: "urn:acme:layers", summary: "A third party's.", formula: "y = x",
    example: #"<acme:swishish beta="1.5"/>"#,
    attributes: [.optional("beta", .number(.positive), default: .number(1), "A slope.")])
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(outputs: [inputs[0]], backwardNeeds: [.inputs], forwardOperations: 1, backwardOperations: 1)
  }
  func forward<S: Scalar>(_ context: ForwardContext<S>) {}
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}

struct ThirdPartyStopping: DeclaredElement {
  static let schema = ElementSchema(
    .stopping, "patience", namespace: "urn:acme:layers", summary: "A third party's.", example: "<acme:patience/>",
    attributes: [.required("epochs", .integer(1...100), "How many.")])
  init(attributes: Attributes) throws {}
}

/// The folder of the whole package.
let packageFolder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// The text of a file of the package.
func packageText(_ path: String) -> String {
  guard let file = fopen("\(packageFolder)/\(path)", "r") else { return "" }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
  return String(decoding: bytes, as: UTF8.self)
}

/// Whether the package has a file or folder.
func packageHas(_ path: String) -> Bool { access("\(packageFolder)/\(path)", F_OK) == 0 }

/// The names in a folder of the package, sorted.
func packageFiles(_ folder: String) -> [String] {
  guard let directory = opendir("\(packageFolder)/\(folder)") else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(
      withUnsafePointer(to: entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      })
  }
  return names.filter { !$0.hasPrefix(".") }.sorted()
}
