import NNCommandLine
import StandardLayers

nninferMain { try registerStandardLayers(into: &$0) }
