@_exported import NNConformance
import NNCore

extension Conformance {
  /// Runs the check on one case and counts allocations where that is possible. Throws if no net can be made of the case.
  public func run(_ example: ConformanceCase, _ registry: Registry) throws -> [String] {
    try run(example, registry, counting: AllocationCounter.isAvailable ? { AllocationCounter.count($0) } : nil)
  }
}
