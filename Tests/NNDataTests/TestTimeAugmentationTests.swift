import NNCore
import NNData
import NNKernels
import Testing

/// The ways in which a trained net looks at pictures.
@Suite struct TestTimeAugmentationTests {
  @Test func picturesMoveAndTurn() throws {
    let views = try #require(TestTimeAugmentation(Shape(2, 2, 3), mirrored: true, shift: 1))
    #expect(views.count == 10)
    let pictures = Storage<Double>((0..<24).map { Double($0 + 1) })
    let shown = Storage<Double>(count: 24)
    // The second channel of the second picture is 19 20 21 over 22 23 24.
    let expected: [[Double]] = [
      [19, 20, 21, 22, 23, 24],
      [20, 21, 0, 23, 24, 0],
      [0, 19, 20, 0, 22, 23],
      [22, 23, 24, 0, 0, 0],
      [0, 0, 0, 19, 20, 21],
    ]
    for threads in 1...3 {
      let workers = WorkerPool(threads: threads)
      for (index, rows) in expected.enumerated() {
        views.show(index, of: pictures.buffer, count: 2, into: shown.buffer, workers: workers)
        #expect(Array(shown.array[18...]) == rows)
        views.show(index + 5, of: pictures.buffer, count: 2, into: shown.buffer, workers: workers)
        #expect(Array(shown.array[18...]) == Array(rows[..<3].reversed()) + Array(rows[3...].reversed()))
      }
    }
    let sums = Storage<Double>([1, 2])
    let predictions = Storage<Double>([10, 20])
    views.addShare(of: predictions.buffer, to: sums.buffer)
    #expect(sums.array == [2, 4])
  }

  @Test func onlySeveralViewsOfPicturesAreViews() {
    #expect(TestTimeAugmentation(Shape(1, 4, 4), mirrored: false, shift: 0) == nil)
    #expect(TestTimeAugmentation(Shape(16), mirrored: true, shift: 1) == nil)
    #expect(TestTimeAugmentation(Shape(4, 4), mirrored: true, shift: 0)?.count == 2)
    #expect(TestTimeAugmentation(Shape(4, 4), mirrored: false, shift: 2)?.count == 5)
  }
}
