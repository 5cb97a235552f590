import NNCore
import NNKernels

/// The numbers that describe an array at a glance.
public struct TensorStatistics: Sendable {
  /// The smallest finite element.
  public var minimum = Double.infinity
  /// The largest finite element.
  public var maximum = -Double.infinity
  /// The mean of the finite elements.
  public var mean = 0.0
  /// Their deviation.
  public var deviation = 0.0
  /// Elements that are infinite or not numbers.
  public var nonFinite = 0

  /// The statistics of some numbers.
  public init(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    nonFinite = values.count - finite.count
    guard !finite.isEmpty else { return }
    minimum = finite.min() ?? 0
    maximum = finite.max() ?? 0
    mean = finite.reduce(0, +) / Double(finite.count)
    let mean = mean
    deviation = (finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(finite.count)).squareRoot()
  }
}

extension TensorFile {
  /// An array's elements, or nil for a type that holds no numbers here.
  public func values(_ entry: Entry) -> [Double]? {
    let storage = Storage<Double>(count: entry.count)
    // The view does not keep the memory alive.
    return withExtendedLifetime(storage) { read(entry, into: storage.buffer) ? storage.buffer.array : nil }
  }
}

/// How two files of arrays differ.
public struct TensorDifference: Sendable {
  /// One array of both files.
  public struct Row: Sendable {
    /// The name.
    public var name: String
    /// What makes a comparison of the numbers impossible, such as different shapes; nil if nothing does.
    public var obstacle: String?
    /// The largest difference of two elements; infinite if one of them alone is not a number.
    public var largest = 0.0
    /// The length of the difference over the length of the first file's array; infinite if that is 0.
    public var relative = 0.0
    /// Whether the bytes are the same.
    public var isIdentical = false
  }

  /// Names that only the first file has.
  public let onlyFirst: [String]
  /// Names that only the second file has.
  public let onlySecond: [String]
  /// The arrays of both.
  public private(set) var rows: [Row] = []

  /// Whether the files hold the same arrays with the same bytes.
  public var isIdentical: Bool { onlyFirst.isEmpty && onlySecond.isEmpty && rows.allSatisfy(\.isIdentical) }

  /// How far two elements lie apart: infinitely, if only one is a number. Two that are none are the same.
  private static func difference(_ x: Double, _ y: Double) -> Double {
    if x == y || (x.isNaN && y.isNaN) { return 0 }
    let difference = (x - y).magnitude
    return difference.isNaN ? .infinity : difference
  }

  /// The Euclidean length of the finite elements, scaled by the largest so that no square overflows.
  private static func length(_ values: [Double]) -> Double {
    let scale = values.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
    guard scale > 0 else { return 0 }
    return scale * values.reduce(0) { $1.isFinite ? $0 + ($1 / scale) * ($1 / scale) : $0 }.squareRoot()
  }

  /// Compares two files, array by array.
  public init(_ first: TensorFile, _ second: TensorFile) {
    onlyFirst = first.entries.map(\.name).filter { second.entry($0) == nil }
    onlySecond = second.entries.map(\.name).filter { first.entry($0) == nil }
    for entry in first.entries {
      guard let other = second.entry(entry.name) else { continue }
      var row = Row(name: entry.name)
      if entry.dimensions != other.dimensions {
        row.obstacle = "shapes \(entry.dimensions) and \(other.dimensions)"
      } else if let a = first.values(entry), let b = second.values(other) {
        row.isIdentical = entry.type == other.type && first.data[entry.range] == second.data[other.range]
        let differences = zip(a, b).map(Self.difference)
        row.largest = differences.max() ?? 0
        if row.largest > 0 {
          let length = Self.length(a)
          row.relative = row.largest.isFinite && length > 0 ? Self.length(differences) / length : .infinity
        }
      } else {
        row.obstacle = "types \(entry.type) and \(other.type)"
      }
      rows.append(row)
    }
  }
}
