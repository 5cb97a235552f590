import NNCommandLine
import NNCore
import NNFiles
import NNText

/// The folder that `nnrun plugin new` writes.
enum PluginTemplate {
  /// The languages that it can be in, the usual one first.
  static let languages = ["swift", "c"]

  /// Writes the folder. Throws a `DiagnosticError`: the name is none (64), or the folder is there already (73).
  static func write(_ path: String, language: String) throws {
    let name = Path.name(of: path)
    guard let first = name.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z"),
      name.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (48...57).contains($0) })
    else {
      throw usageError("'\(name.shortened)' is no name of a plug-in", "use small letters and digits, such as acme")
    }
    guard try Path.makeNewFolder(path) else {
      throw DiagnosticError(
        .cannotCreate, code: "file-exists", file: path, "is there already", remedy: "name another folder")
    }
    func file(_ word: String, _ text: String) throws {
      try AtomicFile.write(Path.join(path, word), text: text.replacing("NAME", with: name))
    }
    if language == "c" {
      try AtomicFile.write(Path.join(path, "nnrun_layer.h"), bytes: PackageResources.nnrun_layer_h)
      try file("\(name).c", CPluginSource.text)
    } else {
      try file("Swishish.swift", SwiftPluginSource.layer)
      try file("Plugin.swift", SwiftPluginSource.plugin)
    }
    try file("model.xml", model)
    try file("test.sh", test)
    try file("README.md", readme(language))
    let place = shellQuoted(path)
    try printResult(
      """
      \(path): written
        nnrun plugin build \(place)
        nnrun plugin check \(place)/lib\(name).so
        nnrun train \(place)/model.xml --plugin \(place)/lib\(name).so
      """)
  }

  private static let model = """
    <model xmlns="urn:nnrun:model:1" xmlns:p="urn:NAME:layers" name="NAME">
      <data>
        <random role="train" samples="600" shape="8" classes="3" seed="1"/>
        <split role="validation" from="train" fraction="0.2"/>
      </data>
      <network>
        <input name="x" shape="8"/>
        <dense units="24"/>
        <p:swishish beta="1.5"/>
        <dense units="3"/>
        <softmaxCrossEntropy/>
      </network>
      <training epochs="5" batch="32" seed="1">
        <adam rate="0.01"/>
      </training>
    </model>

    """

  private static let test = """
    #!/bin/sh
    # Builds the library, holds its layers to what all layers promise, and checks the gradients of the model.
    set -e
    cd "$(dirname "$0")"
    nnrun=${NNRUN:-nnrun}
    "$nnrun" plugin build .
    "$nnrun" plugin check libNAME.so
    "$nnrun" gradcheck model.xml --plugin libNAME.so

    """

  private static func readme(_ language: String) -> String {
    let sources =
      language == "c"
      ? """
      | `NAME.c` | the layer `<p:swishish>` and the library's description; begin here |
      | `nnrun_layer.h` | the interface, explained line by line |
      """
      : """
      | `Swishish.swift` | the layer `<p:swishish>`; begin here |
      | `Plugin.swift` | the library's name and version, and the list of its elements |
      """
    return """
      # NAME

      Layers for nnrun in the namespace `urn:NAME:layers`.

      | file | what it is |
      |---|---|
      \(sources)
      | `model.xml` | a model that uses the layer |
      | `test.sh` | builds, checks the layer, checks the model's gradients |

      ```
      nnrun plugin build .                                  # -> libNAME.so
      nnrun plugin check libNAME.so
      nnrun train model.xml --plugin libNAME.so
      nnrun layers swishish --plugin libNAME.so
      ```

      """
  }
}
