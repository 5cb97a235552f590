import ConvolutionLayers
import NNCore
import NNKernels
import NormalizationLayers
import Testing

/// What convolutions, poolings and normalizations say about shapes that do not fit.
@Suite struct ConvolutionLayerTests {
  private func message(_ layer: any Layer, _ shape: Shape) -> String {
    do {
      _ = try layer.plan([shape])
      return "accepted"
    } catch let error as ElementError {
      return error.message
    } catch { return "another error" }
  }

  @Test func kernelsLargerThanTheirInputNameBothShapes() {
    #expect(
      message(Conv2D(channels: 2, kernel: Extent(5, 3)), Shape(1, 4, 9))
        == "the kernel 5x3 of <conv2d> is larger than its input 1x4x9")
    #expect(
      message(
        Conv2D(channels: 2, kernel: Extent(3, 3), padding: .extent(Extent(1, 0)), dilation: Extent(2, 2)),
        Shape(1, 2, 9))
        == "the kernel 3x3 (5x5 with its gaps) of <conv2d> is larger than its input 1x2x9 (4x9 with its padding)")
    #expect(
      message(Conv1D(channels: 2, kernel: 7), Shape(3, 6))
        == "the kernel 7 of <conv1d> is larger than its input 3x6")
    #expect(
      message(MaxPool2D(kernel: Extent(3, 3)), Shape(4, 2, 5))
        == "the kernel 3x3 of <maxPool2d> is larger than its input 4x2x5")
  }

  @Test func otherShapesThatDoNotFit() {
    let conv = Conv2D(channels: 4, kernel: Extent(1, 1), groups: 3)
    #expect(message(conv, Shape(6, 2, 2)).contains("6 input and 4 output channels into 3"))
    #expect(message(conv, Shape(64)).contains("channels x height x width"))
    let same = Conv2D(channels: 2, kernel: Extent(3, 3), stride: Extent(2, 2), padding: .same)
    #expect(message(same, Shape(1, 8, 8)).contains("only with stride 1"))
    #expect(message(GroupNorm(groups: 3), Shape(4, 2, 2)).contains("4 channels into 3"))
    #expect(message(LayerNorm(dimensions: 3), Shape(4, 2)).contains("3 dimensions"))
    #expect(message(MaxPool2D(kernel: Extent(2, 2), padding: Extent(2, 0)), Shape(1, 8, 8)).contains("half"))
    #expect(message(PixelShuffle(factor: 2), Shape(6, 2, 2)).contains("multiple of 4"))
    #expect(
      message(ConvTranspose2D(channels: 1, kernel: Extent(1, 1), padding: Extent(3, 3)), Shape(1, 2, 2)) != "accepted")
  }
}
