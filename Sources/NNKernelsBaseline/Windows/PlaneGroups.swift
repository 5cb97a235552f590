/// The planes of an array cut into groups whose rows are concatenated and computed together, so that narrow rows fill
/// vectors.
struct PlaneGroups {
  /// Planes of a group; the last group holds the remainder.
  let size: Int

  /// Groups of planes with `windows` windows per row: some 128 windows per concatenated row, but at least eight groups
  /// of the `total` planes, to keep all threads busy.
  init(each windows: Int, total: Int) { size = max(1, min(128 / windows, total / 8)) }

  /// One plane per group.
  static var single: PlaneGroups { PlaneGroups(each: 1, total: 1) }

  /// Groups of `total` planes.
  @inline(__always)
  func count(_ total: Int) -> Int { (total + size - 1) / size }

  /// The planes of group `index` of `total` planes.
  @inline(__always)
  func planes(_ index: Int, of total: Int) -> Range<Int> { (index * size)..<min(total, (index + 1) * size) }
}
