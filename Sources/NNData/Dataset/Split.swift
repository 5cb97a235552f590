import NNCore
import NNKernels

/// Divides a set of samples into two parts at random.
public enum Split {
  /// A part of the samples, and the rest; both in the set's order.
  ///
  /// The part has round(n x fraction) of n samples, halves rounded up, but at least one and at most n - 1. A stratified
  /// part has so many of each class that the classes up to any one together are off their share of the part by at most
  /// 1/2, and each class alone by at most 1.
  ///
  /// - Parameters:
  ///   - set: at least two samples.
  ///   - stratified: whether every class keeps its share. Nil: yes if the set has class labels.
  ///   - seed: which samples are drawn.
  public static func take(_ fraction: Double, of set: Dataset, stratified: Bool?, seed: UInt64) -> (
    part: Dataset, rest: Dataset
  ) {
    let random = RandomStream(key: seed).derived(0x5B11_7000)
    let size = min(set.count - 1, max(1, Int((Double(set.count) * fraction).rounded())))
    var groups: [[Int]] = [Array(0..<set.count)]
    if stratified ?? true, let label = set.targets.first, case .classes(let count, let shape) = label.form,
      shape.elementCount == 1
    {
      // Samples whose label is none of the classes are a group of their own.
      groups = Array(repeating: [], count: count + 1)
      for position in 0..<set.count {
        let value = Int(label.value(Int(set.rows[position])))
        groups[(0..<count).contains(value) ? value : count].append(position)
      }
    }
    var taken: [Int] = []
    var seen = 0
    var draw: UInt64 = 0
    for var group in groups {
      // The part's size after this group is the rounded share of all samples so far: no group is off by more than one.
      seen += group.count
      let wanted = seen == set.count ? size : Int((Double(seen) * Double(size) / Double(set.count)).rounded())
      let number = min(group.count, max(0, wanted - taken.count))
      for index in 0..<number {
        group.swapAt(index, index + random.integer(below: group.count - index, at: draw))
        draw += 1
      }
      taken += group[..<number]
    }
    let chosen = Set(taken)
    return (set.subset(taken.sorted()), set.subset((0..<set.count).filter { !chosen.contains($0) }))
  }
}
