import NNCommandLine
import NNCore
import NNData
import NNTraining
import StandardLayers

/// Everything that the program's models may name.
func standardRegistry() -> Registry {
  var registry = Registry()
  registerStandardLayers(into: &registry)
  registerStandardSources(into: &registry)
  registerStandardPreprocessing(into: &registry)
  registerStandardAugmentations(into: &registry)
  registerStandardTraining(into: &registry)
  return registry
}
