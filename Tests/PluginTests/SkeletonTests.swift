import NNCore
import NNTestSupport
import Testing

/// The cases that `tools/new layer` adds to the family's, as they stand between the brackets.
private let skeletonCases: [ConformanceCase] = [
  .init("skeletonLayer", inputs: [Shape(5)]),
  .init("skeletonLayer", ["curvature": .number(-0.5)], inputs: [Shape(3, 2, 4)]),
]

/// What people begin with keeps every promise of a layer.
@Suite struct SkeletonTests {
  @Test(arguments: Conformance.allCases, skeletonCases)
  func promise(_ check: Conformance, _ example: ConformanceCase) throws {
    var registry = Registry()
    try registry.register(SkeletonLayer.self)
    for problem in try check.run(example, registry) { Issue.record("\(example): \(problem)") }
  }
}
