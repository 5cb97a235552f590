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
    let size = size(fraction, of: set)
    let groups = stratified ?? true ? classes(of: set) : [Array(0..<set.count)]
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
    return divide(set, taken)
  }

  /// The positions of each class's samples; of all samples if they have no classes. Samples whose label is none of the
  /// classes are a group of their own.
  private static func classes(of set: Dataset) -> [[Int]] {
    guard let label = set.targets.first, case .classes(let count, let shape) = label.form, shape.elementCount == 1
    else {
      return [Array(0..<set.count)]
    }
    var groups = [[Int]](repeating: [], count: count + 1)
    for position in 0..<set.count {
      let value = Int(label.value(Int(set.rows[position])))
      groups[(0..<count).contains(value) ? value : count].append(position)
    }
    return groups
  }

  /// The number of samples that a fraction is: at least one, and at most all but one.
  private static func size(_ fraction: Double, of set: Dataset) -> Int {
    min(set.count - 1, max(1, Int((Double(set.count) * fraction).rounded())))
  }

  /// The samples at the given positions, and the rest; both in the set's order.
  private static func divide(_ set: Dataset, _ taken: [Int]) -> (part: Dataset, rest: Dataset) {
    let chosen = Set(taken)
    return (set.subset(taken.sorted()), set.subset((0..<set.count).filter { !chosen.contains($0) }))
  }

  /// Whole groups, drawn at random until the part has the fraction of the samples or the next group would bring it further
  /// away from it; at least one group is taken and one is left.
  ///
  /// - Parameter texts: what tells groups apart, for each row of the set's arrays; at least two are different.
  package static func takeGroups(
    _ fraction: Double, of set: Dataset, by texts: [String], seed: UInt64
  ) -> (part: Dataset, rest: Dataset) {
    var positions: [String: [Int]] = [:]
    var names: [String] = []
    for position in 0..<set.count {
      let name = texts[Int(set.rows[position])]
      if positions[name] == nil { names.append(name) }
      positions[name, default: []].append(position)
    }
    // The order in which groups occur must not matter.
    names.sort()
    let random = RandomStream(key: seed).derived(0x5B11_7001)
    let size = size(fraction, of: set)
    var taken: [Int] = []
    for index in 0..<max(0, names.count - 1) {
      names.swapAt(index, index + random.integer(below: names.count - index, at: UInt64(index)))
      let group = positions[names[index]] ?? []
      let isFarther = taken.count + group.count - size > size - taken.count
      if !taken.isEmpty, isFarther { break }
      taken += group
    }
    return divide(set, taken)
  }

  /// The last samples, by the values of a column, or as they stand. Samples of the same value as the first one of the part are
  /// in it too, unless nothing else is left.
  ///
  /// - Parameter keys: a value for each row of the set's arrays; nil for the order of the rows.
  package static func takeLast(_ fraction: Double, of set: Dataset, by keys: [Double]?) -> (
    part: Dataset, rest: Dataset
  ) {
    guard let keys else { return divide(set, Array((set.count - size(fraction, of: set))..<set.count)) }
    func key(_ position: Int) -> Double { keys[Int(set.rows[position])] }
    let order = (0..<set.count).sorted { (key($0), $0) < (key($1), $1) }
    var start = set.count - size(fraction, of: set)
    let first = order.firstIndex { key($0) == key(order[start]) } ?? start
    if first > 0 { start = first }
    return divide(set, Array(order[start...]))
  }

  /// The samples with the given text; nil if there are none, or no others.
  package static func takeMarked(_ value: String, of set: Dataset, by texts: [String]) -> (
    part: Dataset, rest: Dataset
  )? {
    let taken = (0..<set.count).filter { texts[Int(set.rows[$0])] == value }
    return taken.isEmpty || taken.count == set.count ? nil : divide(set, taken)
  }

  /// One of several parts that together are the set, and the rest: the test set of cross-validation, and what is left to
  /// train on.
  ///
  /// Classes, if the set has them, are dealt out evenly; so are groups, whole, the largest first. All folds of one seed are
  /// disjoint.
  ///
  /// - Parameters:
  ///   - fold: which one, from 0 up to `count`.
  ///   - count: the number of folds, at least 2 and at most the number of samples, or of groups.
  ///   - groups: what tells groups apart, for each row of the set's arrays; nil for none.
  package static func fold(
    _ fold: Int, of count: Int, _ set: Dataset, groups: [String]?, seed: UInt64
  ) -> (part: Dataset, rest: Dataset) {
    let random = RandomStream(key: seed).derived(0x5B11_7002)
    var draw: UInt64 = 0
    func shuffled<T>(_ values: [T]) -> [T] {
      var values = values
      for index in values.indices.dropLast() {
        values.swapAt(index, index + random.integer(below: values.count - index, at: draw))
        draw += 1
      }
      return values
    }
    if let groups {
      var positions: [String: [Int]] = [:]
      for position in 0..<set.count { positions[groups[Int(set.rows[position])], default: []].append(position) }
      let names = shuffled(positions.keys.sorted()).sorted { (positions[$0]?.count ?? 0) > (positions[$1]?.count ?? 0) }
      var folds = [[Int]](repeating: [], count: count)
      for name in names {
        let smallest = folds.indices.min { folds[$0].count < folds[$1].count } ?? 0
        folds[smallest] += positions[name] ?? []
      }
      return divide(set, folds[fold])
    }
    var taken: [Int] = []
    var next = 0
    for positions in classes(of: set) {
      for position in shuffled(positions) {
        if next % count == fold { taken.append(position) }
        next += 1
      }
    }
    return divide(set, taken)
  }
}
