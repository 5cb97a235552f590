import ActivationLayers
import ArithmeticLayers
import ConvolutionLayers
import DenseLayers
import LossLayers
import NNCore
import NormalizationLayers
import RegularizationLayers
import ShapeLayers

/// Makes all layers and losses of the project known.
public func registerStandardLayers(into registry: inout Registry) {
  registerDenseLayers(into: &registry)
  registerConvolutionLayers(into: &registry)
  registerActivationLayers(into: &registry)
  registerArithmeticLayers(into: &registry)
  registerNormalizationLayers(into: &registry)
  registerShapeLayers(into: &registry)
  registerRegularizationLayers(into: &registry)
  registerLossLayers(into: &registry)
}
