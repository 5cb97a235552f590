import NNCore
import NNTestSupport
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: Conformance.allCases, standardCases)
  func promise(_ check: Conformance, _ example: ConformanceCase) throws {
    for problem in try check.run(example, standardRegistry) { Issue.record("\(example): \(problem)") }
  }

  @Test func everyElementHasCases() {
    let covered = Set(standardCases.map(\.name))
    for type in standardRegistry.all() { #expect(covered.contains(type.schema.name)) }
    #expect(covered.count == standardRegistry.all(.layer, .loss).count)
  }
}

@Suite struct AllocationCounterTests {
  /// The counter counts: without this, a check that finds nothing would say nothing.
  @Test func countsWhatIsAskedFor() throws {
    guard AllocationCounter.isAvailable else { return }
    #expect(AllocationCounter.count {} == 0)
    #expect(AllocationCounter.count { UnsafeMutableRawPointer.allocate(byteCount: 40, alignment: 8).deallocate() } == 1)
    #expect(
      AllocationCounter.count { UnsafeMutableRawPointer.allocate(byteCount: 40, alignment: 64).deallocate() } == 1)
    var array: [Int] = []
    #expect(AllocationCounter.count { array.reserveCapacity(100) } == 1)
    #expect(array.isEmpty)
  }
}
