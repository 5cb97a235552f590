import Foundation
import NNCore
import NNPlugins
import Testing

/// Libraries that are none, or lie about themselves: each is a message, and the process goes on.
@Suite struct WrongLibraryTests {
  private static let source = """
    #include "nnrun_layer.h"
    #include <stddef.h>
    static char instance;
    static void *create(const nnrun_value *v, nnrun_error *e) { (void)v, (void)e; return &instance; }
    static void destroy(void *l) { (void)l; }
    static int32_t plan(void *l, const nnrun_shape *i, int32_t n, nnrun_plan *p, nnrun_error *e) {
      (void)l, (void)n, (void)e;
      p->output_count = 1;
      p->outputs[0] = i[0];
      PLAN
      return 0;
    }
    static void forward(void *l, const nnrun_forward *c) { (void)l, (void)c; }
    static void backward(void *l, const nnrun_backward *c) { (void)l, (void)c; }
    static void facts(void *l, nnrun_facts *f) { (void)l, (void)f; FACTS }
    static const nnrun_attribute attributes[] = {
      {.name = "size", .kind = NNRUN_INTEGER, .default_value = "3", .lower = 1, .upper = 9, .documentation = "A size." ATTRIBUTE}};
    static const nnrun_layer layer = {
      .size = sizeof(nnrun_layer), .name = "odd", .summary = "Odd.", .example = "<o:odd/>", .minimum_inputs = 1,
      .maximum_inputs = 1, .attributes = attributes, .attribute_count = 1, .create = create, .destroy = destroy,
      .plan = plan, .forward_float = forward, .backward_float = backward, .forward_double = forward,
      .backward_double = backward, .facts = facts LAYER};
    static const nnrun_layer *const layers[] = {&layer, &layer};
    static const nnrun_library library = {
      .abi = NNRUN_ABI, .size = sizeof(nnrun_library), .name = "odd", .version = "1", .namespace_uri = "urn:odd",
      .layer_count = 1, .layers = layers LIBRARY};
    const nnrun_library *nnrun_plugin(uint32_t abi) { (void)abi; return ENTRY; }
    """

  /// The source with some of its parts changed.
  private static func text(
    plan: String = "", facts: String = "", attribute: String = "", layer: String = "", library: String = "",
    entry: String = "&library"
  ) -> String {
    // A later designator replaces an earlier one.
    "#pragma GCC diagnostic ignored \"-Woverride-init\"\n"
      + source.replacingOccurrences(of: "PLAN", with: plan).replacingOccurrences(of: "FACTS", with: facts)
      .replacingOccurrences(of: "ATTRIBUTE", with: attribute).replacingOccurrences(of: "LAYER}", with: layer + "}")
      .replacingOccurrences(of: "LIBRARY}", with: library + "}").replacingOccurrences(of: "ENTRY", with: entry)
  }

  private static func message(_ path: String) throws -> (text: String, kind: DiagnosticError.Kind) {
    var registry = Registry()
    let error = try #require(throws: DiagnosticError.self) { try PluginLoader.load(path, into: &registry) }
    #expect(registry.all().isEmpty && registry.plugins.isEmpty)
    return (error.description, error.kind)
  }

  struct Lie: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var said: String
    var testDescription: String { name }
  }

  static let lies: [Lie] = [
    Lie(name: "abi", text: text(library: ", .abi = 7"), said: "it uses version 7 of the interface"),
    Lie(name: "size", text: text(library: ", .size = 8"), said: "its description has 8 bytes"),
    Lie(name: "huge", text: text(library: ", .size = 1u << 30"), said: "its description has 1073741824 bytes"),
    Lie(name: "count", text: text(library: ", .layer_count = -5"), said: "it has -5 layers"),
    Lie(name: "many", text: text(library: ", .layer_count = 100000"), said: "it has 100000 layers"),
    Lie(name: "none", text: text(library: ", .layers = NULL"), said: "it has 1 layers"),
    Lie(name: "namespace", text: text(library: ", .namespace_uri = \"urn:nnrun:model:1\""), said: "nnrun's own"),
    Lie(name: "nameless", text: text(library: ", .name = NULL"), said: "the library's name is missing"),
    Lie(name: "latin", text: text(library: ", .version = \"\\xff\""), said: "is not UTF-8"),
    Lie(name: "twice", text: text(library: ", .layer_count = 2"), said: "is registered twice"),
    Lie(
      name: "null", text: text(entry: "((void)&library, (const nnrun_library *)NULL)"),
      said: "does not work with version"),
    Lie(name: "layersize", text: text(layer: ", .size = 1"), said: "its description has 1 bytes"),
    Lie(name: "kind", text: text(layer: ", .kind = 5"), said: "neither a layer nor a loss"),
    Lie(name: "inputs", text: text(layer: ", .maximum_inputs = -1"), said: "it reads 1 to -1 inputs"),
    Lie(name: "noplan", text: text(layer: ", .plan = NULL"), said: "lacks one of create"),
    Lie(name: "half", text: text(layer: ", .forward_double = NULL"), said: "only one of forward_double"),
    Lie(name: "attributes", text: text(layer: ", .attribute_count = 1000000"), said: "it has 1000000 attributes"),
    Lie(name: "badname", text: text(layer: ", .name = \"a b\""), said: "no name that XML can have"),
    Lie(name: "default", text: text(attribute: ", .default_value = \"77\""), said: "does not fit it"),
    Lie(name: "range", text: text(attribute: ", .lower = 9, .upper = 1"), said: "has no range"),
    Lie(name: "attributekind", text: text(attribute: ", .kind = 99"), said: "unknown kind 99"),
  ]

  @Test(arguments: lies) func lie(_ lie: Lie) throws {
    let path = try ExampleLibrary.build("lie-" + lie.name, text: lie.text)
    let message = try Self.message(path)
    #expect(message.text.contains(lie.said), "\(message.text)")
    #expect(message.text.contains("tell its author") && message.kind == .invalid)
  }

  static let plans: [Lie] = [
    Lie(name: "outputs", text: text(plan: "p->output_count = 17;"), said: "says that there are 17 outputs"),
    Lie(name: "nooutput", text: text(plan: "p->output_count = 0;"), said: "says that there are 0 outputs"),
    Lie(name: "shape", text: text(plan: "p->outputs[0].sizes[0] = -3;"), said: "a shape at outputs[0] that is none"),
    Lie(name: "rank", text: text(plan: "p->outputs[0].rank = 12;"), said: "a shape at outputs[0] that is none"),
    Lie(name: "scratch", text: text(plan: "p->scratch_fixed = -1;"), said: "-1 as scratch_fixed"),
    Lie(
      name: "parameter", text: text(plan: "p->parameter_count = 1; p->parameters[0].shape = i[0];"),
      said: "has fans of 0 and 0"),
    Lie(
      name: "parametername",
      text: text(
        plan:
          "p->parameter_count = 1; p->parameters[0].shape = i[0]; p->parameters[0].fan_in = 1; p->parameters[0].fan_out = 1;"
      ),
      said: "a name at parameters[0] that is none"),
  ]

  @Test(arguments: plans) func plan(_ lie: Lie) throws {
    var registry = Registry()
    try PluginLoader.load(ExampleLibrary.build("plan-" + lie.name, text: lie.text), into: &registry)
    let layer = try #require(registry.declaration(of: "odd", namespace: "urn:odd", in: .network)).layer([:])
    let error = try #require(throws: ElementError.self) { _ = try layer.plan([Shape(4)]) }
    #expect(error.message.contains(lie.said), "\(error.message)")
  }

  /// The declaration of a layer or a loss that states facts.
  private static func declaration(_ name: String, facts: String, layer: String = "") throws -> ElementDeclaration {
    var registry = Registry()
    try PluginLoader.load(ExampleLibrary.build(name, text: text(facts: facts, layer: layer)), into: &registry)
    return try #require(registry.declaration(of: "odd", namespace: "urn:odd", in: .network))
  }

  @Test(arguments: [
    ("activation", "f->activation = 99;", "", "the unknown activation 99"),
    ("quantile", "f->quantile = 1.5;", ", .kind = NNRUN_LOSS", "the quantile 1.5, which is not between 0 and 1"),
  ]) func factsAreChecked(_ name: String, _ facts: String, _ layer: String, _ said: String) throws {
    let declaration = try Self.declaration("facts-" + name, facts: facts, layer: layer)
    let error = try #require(throws: ElementError.self) { _ = try declaration.layer([:]) }
    #expect(error.message.contains(said), "\(error.message)")
  }

  @Test func quantilesAreKnown() throws {
    let declaration = try Self.declaration("facts-right", facts: "f->quantile = 0.9;", layer: ", .kind = NNRUN_LOSS")
    #expect(try declaration.layer([:]).facts.quantile == 0.9)
  }

  @Test func whatIsNoLibraryIsSaid() throws {
    try FileManager.default.createDirectory(at: ExampleLibrary.folder, withIntermediateDirectories: true)
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      let url = ExampleLibrary.folder.appendingPathComponent(name)
      try Data(bytes).write(to: url)
      return url.path
    }
    #expect(
      try Self.message(file("text.so", Array("not a library at all, but some text".utf8))).text.contains(
        "is not a shared library"))
    #expect(try Self.message(file("empty.so", [])).text.contains("is empty"))
    #expect(try Self.message(ExampleLibrary.folder.path + "/missing.so").kind == .missing)
    let acme = try Data(contentsOf: URL(fileURLWithPath: ExampleLibrary.acme.get()))
    var narrow = [UInt8](acme)
    narrow[4] = 1
    #expect(try Self.message(file("narrow.so", narrow)).text.contains("32-bit"))
    var foreign = [UInt8](acme)
    foreign[18] = 8
    #expect(try Self.message(file("foreign.so", foreign)).text.contains("another processor"))
    for length in [63, 70, 200, 3000, acme.count / 2] {
      #expect(
        try Self.message(file("cut.so", Array(acme.prefix(length)))).text.contains(
          length < 64 ? "not a shared" : "was cut short"))
    }
    let program = try ExampleLibrary.build("nothing", text: "int answer(void) { return 42; }")
    #expect(try Self.message(program).text.contains("it has neither nnrun_plugin nor nnrun_swift_plugin"))
    let second = try ExampleLibrary.build(
      "second",
      text: "void nnrun_swift_plugin(void *call) { (void)call; } int core __asm__(\"$s6NNCore8RegistryVN\") = 1;",
      isVisible: true)
    #expect(try Self.message(second).text.contains("brings a second copy of the core"))
    let lacking = try ExampleLibrary.build(
      "lacking", text: Self.text(plan: "extern int elsewhere(void); elsewhere();"))
    #expect(try Self.message(lacking).text.contains("needs the symbol 'elsewhere'"))
    let old = try ExampleLibrary.build(
      "old", text: Self.text(plan: "extern int nnrun_interface_0000(void); nnrun_interface_0000();"))
    #expect(try Self.message(old).text.contains("another version of nnrun"))
  }
}
