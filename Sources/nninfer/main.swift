import NNCommandLine
import StandardLayers

nninferMain { registerStandardLayers(into: &$0) }
