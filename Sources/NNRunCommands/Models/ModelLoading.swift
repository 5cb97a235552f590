import NNCommandLine
import NNCore
import NNData
import NNModel
import NNTraining

extension ModelLoader {
  /// A loader whose overrides come from `--set`.
  init(_ environment: Environment) { self.init(registry: environment.registry, overrideTitle: "--set") }
}

extension Environment {
  /// The elements that are known, with those that a model defines if there is one. Throws a `DiagnosticError` if the model
  /// is wrong.
  func registry(with model: String?) throws -> Registry {
    guard let model else { return registry }
    return try ModelLoader(self).load(path: model).definitions(in: registry)
  }
}

/// A model file that was read, assembled and planned.
struct LoadedModel {
  var description: ModelDescription
  var plan: NetworkPlan
  /// The training set, where the net depends on the columns of a table.
  var training: Dataset?

  /// Reads the file that the first positional argument names, with the overrides of `--set`.
  init(_ arguments: Arguments, _ environment: Environment) throws {
    (description, training) = try ModelLoader(environment).load(
      path: arguments.positionals[0], overrides: try arguments.overrides()
    ).resolvedByData()
    plan = try NetworkPlan(description.makeNetworkDefinition())
  }

  /// What the loader and the planner advise against.
  var warnings: [Diagnostic] { description.warnings(with: plan) }
}
