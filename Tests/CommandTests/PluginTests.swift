import Foundation
import Testing

/// A library of somebody else, from nothing to predictions, by the commands that a user types.
@Suite struct PluginCommandTests {
  /// A folder with a plug-in that was written and built.
  private func built(_ language: String) throws -> Workplace {
    let place = try Workplace()
    let written = try place.run("plugin", "new", "acme", "--language", language)
    #expect(written.code == 0, "\(written.messages)")
    let build = try place.run("plugin", "build", "acme")
    #expect(build.code == 0 && build.output == "acme/libacme.so: built\n", "\(build.messages)")
    try place.write(
      (0..<4).map { row in (0..<8).map { "\(Double(row - $0) / 4)" }.joined(separator: ",") }
        .joined(separator: "\n") + "\n", to: "rows.csv")
    return place
  }

  @Test(arguments: ["c", "swift"]) func fromNothingToPredictions(_ language: String) throws {
    let place = try built(language)
    let library = "acme/libacme.so"
    let check = try place.run("plugin", "check", library)
    #expect(check.code == 0, "\(check.output)\(check.messages)")
    #expect(check.output.hasSuffix("acme/libacme.so: 1 layers, 0 broken promises\n"))
    let training = try place.run("train", "acme/model.xml", "--quiet", "--plugin", library)
    #expect(training.code == 0, "\(training.messages)")
    let weights = "runs/acme/weights.safetensors"
    let prediction = try place.run("predict", weights, "rows.csv", "--plugin", library)
    #expect(prediction.code == 0 && prediction.output.split(separator: "\n").count == 5, "\(prediction.messages)")
    let inference = try place.infer(weights, "rows.csv", "--plugin", library)
    #expect(inference.output == prediction.output && inference.code == 0, "\(inference.messages)")
    let byVariable = try place.run("predict", weights, "rows.csv", environment: ["NNRUN_PLUGINS": library])
    #expect(byVariable.output == prediction.output)
    #expect(try place.run("gradcheck", "acme/model.xml", "--plugin", library).code == 0)
    let page = try place.run("layers", "swishish", "--plugin", library)
    #expect(page.output.contains("How steep the gate is.") && page.code == 0)
    #expect(try place.run("check", "acme/model.xml").code == 65)

    let missing = try place.run("predict", weights, "rows.csv")
    #expect(missing.code == 65 && missing.messages.contains("was made with the plug-in 'acme' 0.1.0"))
  }

  /// A model may ask for a library; whoever runs it decides. Weights ask for none.
  @Test func aModelAsksForItsLibrary() throws {
    let place = try built("c")
    let source = try place.text("acme/model.xml")
    let start = try #require(source.firstRange(of: "<network>"))
    try place.write(
      source.replacingCharacters(in: start.lowerBound..<start.lowerBound, with: "<plugin href=\"libacme.so\"/>\n  "),
      to: "acme/model.xml")
    let refused = try place.run("check", "acme/model.xml")
    #expect(refused.code == 65 && refused.messages.contains("the model asks for the library 'libacme.so'"))
    #expect(refused.messages.contains("--allow-plugins") && refused.messages.contains("acme/model.xml:"))
    #expect(try place.run("check", "acme/model.xml", "--plugin", "acme/libacme.so").code == 0)
    let folder = place.url.appendingPathComponent("acme").path
    for (value, code) in [(folder, 0), ("/nowhere:\(place.url.path)", 0), (folder + "x", 65), ("acme", 65), ("", 65)] {
      let result = try place.run("check", "acme/model.xml", environment: ["NNRUN_ALLOW_PLUGINS": value])
      #expect(result.code == Int32(code), "\(value): \(result.messages)")
    }
    #expect(try place.run("train", "acme/model.xml", "--quiet", "--allow-plugins").code == 0)
    #expect(try place.run("check", "runs/acme/model.xml", "--allow-plugins").code == 0)
    let weights = "runs/acme/weights.safetensors"
    let predicted = try place.run(
      "predict", weights, "rows.csv", "--allow-plugins", environment: ["NNRUN_ALLOW_PLUGINS": folder])
    #expect(predicted.code == 65 && predicted.messages.contains("was made with the plug-in 'acme'"))
    #expect(try place.run("predict", weights, "rows.csv", "--plugin", "acme/libacme.so").code == 0)
    // An included file asks for nothing.
    try place.write(
      "<model xmlns=\"urn:nnrun:model:1\"><plugin href=\"libacme.so\"/></model>", to: "acme/part.xml")
    try place.write(
      "<model xmlns=\"urn:nnrun:model:1\"><include href=\"part.xml\"/><network><input shape=\"2\"/></network></model>",
      to: "acme/whole.xml")
    let part = try place.run("check", "acme/whole.xml", "--allow-plugins")
    #expect(part.code == 65 && part.messages.contains("an included file holds no <plugin>"))
  }

  /// Weights know the library that they were made with.
  @Test func anotherLibraryIsRefused() throws {
    let place = try built("c")
    #expect(try place.run("train", "acme/model.xml", "--quiet", "--plugin", "acme/libacme.so").code == 0)
    let source = try place.text("acme/acme.c").replacingOccurrences(of: "0.1.0", with: "0.2.0")
    try place.write(source, to: "acme/acme.c")
    #expect(try place.run("plugin", "build", "acme").code == 0)
    let other = try place.run(
      "predict", "runs/acme/weights.safetensors", "rows.csv", "--plugin", "acme/libacme.so")
    #expect(other.code == 65 && other.messages.contains("but version 0.2.0"), "\(other.messages)")
    let resumed = try place.run(
      "train", "acme/model.xml", "--quiet", "--resume", "runs/acme", "--plugin", "acme/libacme.so", "--set",
      "training.epochs=6")
    #expect(resumed.code == 65 && resumed.messages.contains("the plug-in 'acme': 0.1.0"), "\(resumed.messages)")
    // Said to compute the same, by whoever adopts them.
    let adopted = try place.run(
      "weights", "adopt", "acme/model.xml", "runs/acme/weights.safetensors", "--output", "new.safetensors", "--plugin",
      "acme/libacme.so")
    #expect(adopted.code == 0, "\(adopted.messages)")
    #expect(try place.run("predict", "new.safetensors", "rows.csv", "--plugin", "./acme/libacme.so").code == 0)
    let twice = try Tool.run(
      "nnrun", ["check", "acme/model.xml", "--plugin", "./acme/libacme.so"], in: place.url,
      environment: ["NNRUN_PLUGINS": "acme/libacme.so"])
    #expect(twice.code == 0, "\(twice.messages)")
  }

  /// What a library in Swift throws while it registers its elements is told.
  @Test func swiftLibraryThatThrows() throws {
    let place = try Workplace()
    #expect(try place.run("plugin", "new", "acme", "--language", "swift").code == 0)
    let line = "try registry.register(Swishish.self)"
    let source = try place.text("acme/Plugin.swift").replacingOccurrences(of: line, with: line + "\n    " + line)
    try place.write(source, to: "acme/Plugin.swift")
    #expect(try place.run("plugin", "build", "acme").code == 0)
    let check = try place.run("plugin", "check", "acme/libacme.so")
    #expect(check.code == 65 && check.messages.contains("is registered twice"), "\(check.messages)")
  }

  /// An example of the gallery with the interface's header, built.
  private func example(_ name: String) throws -> Workplace {
    let place = try Workplace()
    let repository = URL(fileURLWithPath: Tool.models).deletingLastPathComponent()
    let folder = place.url.appendingPathComponent("example")
    try FileManager.default.copyItem(
      at: repository.appendingPathComponent("tools/examples/plugins/" + name), to: folder)
    try FileManager.default.copyItem(
      at: repository.appendingPathComponent("include/nnrun_layer.h"), to: folder.appendingPathComponent("nnrun_layer.h")
    )
    let build = try place.run("plugin", "build", "example")
    #expect(build.code == 0, "\(build.messages)")
    return place
  }

  @Test(arguments: [("c", 5), ("cpp", 1)]) func galleryKeepsItsPromises(_ name: String, _ layers: Int) throws {
    let check = try example(name).run("plugin", "check", "example/libexample.so")
    #expect(check.code == 0, "\(check.output)\(check.messages)")
    #expect(check.output.hasSuffix("example/libexample.so: \(layers) layers, 0 broken promises\n"))
  }

  /// An optimizer and a stopping rule from outside train; the weights need them no more, and the other program says that it
  /// has no place for them.
  @Test func theGalleryOfTraining() throws {
    let place = try example("swift")
    let library = "example/libexample.so"
    let check = try place.run("plugin", "check", library)
    #expect(check.code == 0, "\(check.output)\(check.messages)")
    #expect(check.output.hasSuffix("\(library): 0 layers, 2 other elements, 0 broken promises\n"), "\(check.output)")
    let training = try place.run("train", "example/model.xml", "--plugin", library)
    #expect(training.code == 0 && training.output.contains("because the loss is at most 0.05"), "\(training)")
    let page = try place.run("layers", "lion", "--plugin", library)
    #expect(page.output.contains("<lion> (optimizer)"))
    let weights = "runs/lion/weights.safetensors"
    try place.write("0,1,2,3,4,5,6,7\n", to: "row.csv")
    let alone = try place.infer(weights, "row.csv")
    let predicted = try place.run("predict", weights, "row.csv", "--plugin", library)
    #expect(alone.code == 0 && alone.output == predicted.output)
    let refused = try place.infer(weights, "row.csv", "--plugin", library)
    #expect(refused.code == 65 && refused.messages.contains("brings elements of training"), "\(refused.messages)")
    // A run that is interrupted and goes on has the state of the optimizer from outside.
    let short = try place.run(
      "train", "example/model.xml", "--plugin", library, "--quiet", "--set", "training.epochs=3", "--output", "two")
    let rest = try place.run(
      "train", "example/model.xml", "--plugin", library, "--quiet", "--set", "training.epochs=6", "--resume", "two")
    let whole = try place.run(
      "train", "example/model.xml", "--plugin", library, "--quiet", "--set", "training.epochs=6", "--output", "one")
    #expect([short.code, rest.code, whole.code] == [0, 0, 0], "\(rest.messages)")
    #expect(try place.data("one/weights.safetensors") == (try place.data("two/weights.safetensors")))
  }

  /// A family of the repository's own layers as a library that is loaded at run time: it keeps the same promises.
  @Test func aFamilyOfLayersAsALibrary() throws {
    let place = try Workplace()
    let repository = URL(fileURLWithPath: Tool.models).deletingLastPathComponent()
    let folder = place.url.appendingPathComponent("family")
    try FileManager.default.copyItem(
      at: repository.appendingPathComponent("Plugins/ActivationLayers"), to: folder)
    try place.write(
      """
      import NNCore

      enum NNRunPlugin: Plugin {
        static let name = "family"
        static let version = "1.0.0"
        static let namespace = "urn:family:layers"

        static func register(into registry: inout Registry) throws {
          var own = Registry()
          try registerActivationLayers(into: &own)
          for declaration in own.all() {
            var schema = declaration.schema
            schema.namespace = namespace
            schema.example = schema.example.replacing("<" + schema.name, with: "<p:" + schema.name)
            try registry.register(ElementDeclaration(schema, make: declaration.make))
          }
        }
      }
      """, to: "family/Plugin.swift")
    let build = try place.run("plugin", "build", "family")
    #expect(build.code == 0, "\(build.messages)")
    let check = try place.run("plugin", "check", "family/libfamily.so")
    #expect(check.code == 0, "\(check.output)\(check.messages)")
    let layers = try place.text("family/Registration.swift").components(separatedBy: "registry.register(").count - 1
    #expect(check.output.hasSuffix("family/libfamily.so: \(layers) layers, 0 broken promises\n"))
  }

  private static let hasCargo =
    ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/cargo")
    } ?? false

  /// A library in Rust, where there is a compiler of it.
  @Test(.enabled(if: hasCargo)) func theGalleryInRust() throws {
    let place = try Workplace()
    let source = URL(fileURLWithPath: Tool.models).deletingLastPathComponent()
    let folder = place.url.appendingPathComponent("rust")
    try FileManager.default.copyItem(at: source.appendingPathComponent("tools/examples/plugins/rust"), to: folder)
    let cargo = Process()
    cargo.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    cargo.arguments = ["cargo", "build", "--release", "--offline", "--quiet"]
    cargo.currentDirectoryURL = folder
    try cargo.run()
    cargo.waitUntilExit()
    #expect(cargo.terminationStatus == 0)
    let check = try place.run("plugin", "check", "rust/target/release/libacme_rust.so")
    #expect(
      check.code == 0 && check.output.hasSuffix("1 layers, 0 broken promises\n"), "\(check.output)\(check.messages)")
  }

  /// The gallery's model with layers of its own.
  @Test func theGalleryOfDefinitions() throws {
    let place = try Workplace()
    let source = URL(fileURLWithPath: Tool.models).deletingLastPathComponent()
    let model = source.appendingPathComponent("tools/examples/plugins/define/model.xml").path
    let check = try place.run("plugin", "check", model)
    #expect(
      check.code == 0 && check.output.hasSuffix("3 layers, 0 broken promises\n"), "\(check.output)\(check.messages)")
    #expect(try place.run("train", model, "--quiet").code == 0)
    #expect(try place.run("gradcheck", model).code == 0)
  }

  /// A layer knows its name alone; messages call it as the file does.
  @Test func messagesHaveTheFilesPrefix() throws {
    let place = try example("c")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" xmlns:a="urn:acme:layers" name="m"><network>
      <input name="x" shape="6"/><dense name="d" units="4"/><a:mixture from="x d"/>
      </network></model>
      """, to: "m.xml")
    let check = try place.run("check", "m.xml", "--plugin", "example/libexample.so")
    #expect(check.code == 65)
    #expect(
      check.messages.hasPrefix("m.xml:2:55: error: <a:mixture> reads inputs of one size, not of 6 and 4 elements"),
      "\(check.messages)")
  }

  @Test func wrongUses() throws {
    let place = try built("c")
    #expect(try place.run("plugin", "new", "acme").code == 73)
    #expect(try place.run("plugin", "new", "Not a name").code == 64)
    #expect(try place.run("plugin", "build", "nowhere").code == 66)
    #expect(try place.run("check", "acme/model.xml", "--plugin", "acme/missing.so").code == 66)
    #expect(try place.run("check", "acme/model.xml", "--plugin", "acme/acme.c").code == 65)
    try place.write("int nothing(", to: "acme/broken.c")
    let broken = try place.run("plugin", "build", "acme")
    #expect(broken.code == 65 && broken.messages.contains("mend what it says above"), "\(broken.messages)")
  }
}
