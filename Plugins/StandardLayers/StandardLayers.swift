import ActivationLayers
import ArithmeticLayers
import ConvolutionLayers
import DenseLayers
import LossLayers
import NNCore
import NormalizationLayers
import RegularizationLayers
import SequenceLayers
import ShapeLayers

/// Makes all layers and losses of the project known.
public func registerStandardLayers(into registry: inout Registry) throws(RegistrationError) {
  try registerDenseLayers(into: &registry)
  try registerConvolutionLayers(into: &registry)
  try registerActivationLayers(into: &registry)
  try registerArithmeticLayers(into: &registry)
  try registerNormalizationLayers(into: &registry)
  try registerShapeLayers(into: &registry)
  try registerRegularizationLayers(into: &registry)
  try registerSequenceLayers(into: &registry)
  try registerLossLayers(into: &registry)
}
