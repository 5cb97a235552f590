import NNCore
import NNFiles
import NNModel
import NNPlugins
import NNText

/// Loads the libraries that model files on the command line ask for by `<plugin>`, if that is allowed.
///
/// Throws a `DiagnosticError`: a library is not allowed (65), or cannot be loaded.
///
/// - Parameter models: words of the command line; those that do not end in .xml are no models.
func loadPlugins(ofModels models: [String], _ arguments: Arguments, into registry: inout Registry) throws {
  var refused: [Diagnostic] = []
  for model in models where model.lowercased().hasSuffix(".xml") {
    for plugin in ModelLoader.plugins(of: model) {
      if arguments.has("allow-plugins") || isAllowedFolder(of: plugin.path) {
        try PluginLoader.load(plugin.path, into: &registry)
      } else if !PluginLoader.isLoaded(plugin.path, in: registry) {
        refused.append(
          Diagnostic(
            code: "plugin-refused",
            "the model asks for the library '\(plugin.href.shortened)', which would run its code with your rights",
            remedy: "if you trust it, allow it with --allow-plugins, or its folder in NNRUN_ALLOW_PLUGINS",
            place: plugin.place, sourceLine: plugin.sourceLine))
      }
    }
  }
  if !refused.isEmpty { throw DiagnosticError(refused) }
}

/// Whether a file lies, links followed, below one of the folders that the environment allows.
private func isAllowedFolder(of library: String) -> Bool {
  guard let file = Path.resolved(library) else { return false }
  return (variable("NNRUN_ALLOW_PLUGINS") ?? "").split(separator: ":").contains { folder in
    guard folder.hasPrefix("/"), let folder = Path.resolved(String(folder)) else { return false }
    return file.hasPrefix(folder == "/" ? folder : folder + "/")
  }
}
