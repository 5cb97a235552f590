import NNCommandLine
import NNConformance
import NNCore
import NNFormulas
import NNModel
import NNPlugins
import NNText

/// Holds the layers of a library to what all layers promise, and all that it brings to its documentation.
enum PluginCheck {
  /// A layer, and what was found of each promise: nothing where it is kept.
  private struct Verdict {
    var layer: String
    var isLayer = true
    var cases: [ConformanceCase] = []
    var problems: [(promise: String, problem: String)] = []
  }

  /// Loads the library, runs the checks, prints a line for each layer and each broken promise. Ends with 1 if there is one.
  static func run(_ library: String, _ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    var registry = environment.registry
    let own: [ElementDeclaration]
    var others: [ElementDeclaration] = []
    if library.hasSuffix(".xml") {
      let model = try ModelLoader(environment).load(path: library)
      own = model.definitions.map(\.declaration)
      registry = try model.definitions(in: registry)
    } else {
      let identity = try PluginLoader.load(library, into: &registry)
      let brought = registry.all().filter { $0.schema.namespace == identity.namespace }
      own = brought.filter { [.layer, .loss].contains($0.schema.kind) }
      others = brought.filter { ![.layer, .loss].contains($0.schema.kind) }
    }
    let shapes = try arguments.all("shape").map { text in
      guard case .shape(let shape)? = try? AttributeKind.shape.parse(text) else {
        throw usageError("'--shape \(text)' is no shape", "write sizes joined by x, such as 3x8x8")
      }
      return shape
    }
    let verdicts = try own.map { try verdict($0, shapes, registry) } + others.map { documentation(of: $0.schema) }
    let broken = verdicts.reduce(0) { $0 + $1.problems.count }
    if arguments.has("json") {
      try printResult(jsonList(verdicts))
      return broken == 0 ? .done : .no
    }
    for verdict in verdicts {
      let count = verdict.cases.count
      let cases = verdict.isLayer ? "\(count) case\(count == 1 ? "" : "s"), " : ""
      try printResult(
        "\(verdict.problems.isEmpty ? "ok  " : "FAIL")  \(verdict.layer): \(cases)"
          + "\(promised(verdict, library)) promise\(promised(verdict, library) == 1 ? "" : "s")")
      for (promise, problem) in verdict.problems { try printResult("        \(promise): \(problem)") }
    }
    let counts = "\(own.count) layers" + (others.isEmpty ? "" : ", \(others.count) other elements")
    try printResult("\(library): \(counts), \(broken) broken promise\(broken == 1 ? "" : "s")")
    return broken == 0 ? .done : .no
  }

  /// All promises but that a pass takes no memory, which only a program with an allocator of its own can count.
  private static let promises = Conformance.allCases.filter { $0 != .allocations }

  /// How many promises were looked at: of what is no layer, the documentation alone.
  private static func promised(_ verdict: Verdict, _ library: String) -> Int {
    guard verdict.isLayer else { return 1 }
    return promises.count + (library.hasSuffix(".xml") ? 0 : 1)
  }

  /// What is no layer is held to its documentation alone.
  private static func documentation(of schema: ElementSchema) -> Verdict {
    var verdict = Verdict(layer: schema.name, isLayer: false)
    for problem in PluginDocumentation.problems(schema) { verdict.problems.append(("documentation", problem)) }
    return verdict
  }

  private static func verdict(
    _ declaration: ElementDeclaration, _ shapes: [Shape], _ registry: Registry
  ) throws -> Verdict {
    let schema = declaration.schema
    var verdict = Verdict(layer: schema.name)
    // A definition is documented by its formula.
    let isDefined = schema.namespace == ElementSchema.standardNamespace
    for problem in isDefined ? [] : PluginDocumentation.problems(schema) {
      verdict.problems.append(("documentation", problem))
    }
    do {
      verdict.cases = try cases(declaration, shapes)
    } catch let error as ElementError {
      verdict.problems.append(("cases", error.message + (error.remedy.map { "; \($0)" } ?? "")))
    }
    for example in verdict.cases {
      guard try example.makeLayer(registry).facts.hasDoublePrecision else {
        verdict.problems.append(("gradients", "not checked: the layer has no passes in double precision"))
        break
      }
      for promise in promises {
        do {
          for problem in try promise.run(example, registry) {
            verdict.problems.append((promise.rawValue, "\(example): \(problem)"))
          }
        } catch let error as DiagnosticError {
          verdict.problems.append(
            (promise.rawValue, "\(example): \(error.diagnostics.map(\.message).joined(separator: "; "))"))
        }
      }
    }
    return verdict
  }

  /// The example of the declaration, and the layer with defaults alone, on each shape that the layer takes.
  ///
  /// Throws an `ElementError`: the layer takes none of the shapes.
  private static func cases(_ declaration: ElementDeclaration, _ given: [Shape]) throws -> [ConformanceCase] {
    let schema = declaration.schema
    let usual = [Shape(5), Shape(3, 4), Shape(2, 4, 4)]
    let example = PluginDocumentation.attributes(schema)
    var settings = [example]
    if !example.isEmpty, schema.attributes.allSatisfy({ !$0.isRequired }) { settings.append([:]) }
    var cases: [ConformanceCase] = []
    var refusal: ElementError?
    for shape in given.isEmpty ? usual : given {
      for attributes in settings {
        let inputs = [Shape](repeating: shape, count: max(1, schema.inputs.lowerBound))
        do {
          let plan = try declaration.layer(attributes).plan(inputs)
          for target in plan.targets.isEmpty ? [0] : Array(plan.targets.indices) {
            cases.append(
              ConformanceCase(schema.name, namespace: schema.namespace, attributes, inputs: inputs, target: target))
          }
        } catch let error as ElementError {
          refusal = error
        }
      }
    }
    guard cases.isEmpty else { return cases }
    throw ElementError(
      code: "plugin-layer", "it takes none of the shapes: \(refusal?.message ?? "no reason is given")",
      remedy: "name one that it takes with --shape")
  }

  private static func jsonList(_ verdicts: [Verdict]) -> String {
    let layers = verdicts.map { verdict in
      let problems = verdict.problems.map {
        "{\"promise\": \(json($0.promise)), \"problem\": \(json($0.problem))}"
      }
      return "{\"layer\": \(json(verdict.layer)), \"cases\": \(verdict.cases.count), "
        + "\"problems\": [\(problems.joined(separator: ", "))]}"
    }
    return "[" + layers.joined(separator: ",\n") + "]"
  }
}
