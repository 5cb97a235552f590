/// How the planes of an array are put into groups that are computed together, side by side in a line of memory.
struct PlaneGroups {
  /// Planes of a group but the last one.
  let size: Int

  /// Groups of planes with `windows` windows each in a row: as many planes as fill several vectors, but so few that
  /// `total` planes leave something to do for all threads.
  init(each windows: Int, total: Int) { size = max(1, min(128 / windows, total / 8)) }

  /// Planes each by itself.
  static var single: PlaneGroups { PlaneGroups(each: 1, total: 1) }

  /// Groups of `total` planes.
  @inline(__always)
  func count(_ total: Int) -> Int { (total + size - 1) / size }

  /// The planes of group `index` of `total` planes.
  @inline(__always)
  func planes(_ index: Int, of total: Int) -> Range<Int> { (index * size)..<min(total, (index + 1) * size) }
}
