import NNCommandLine
import NNCore
import NNData
import NNTraining
import StandardLayers

/// Everything that the program's models may name.
func standardRegistry() throws(RegistrationError) -> Registry {
  var registry = Registry()
  try registerStandardLayers(into: &registry)
  try registerStandardSources(into: &registry)
  try registerStandardColumns(into: &registry)
  try registerStandardPreprocessing(into: &registry)
  try registerStandardAugmentations(into: &registry)
  try registerStandardTraining(into: &registry)
  return registry
}
