/// The one of `candidates` that `word` most likely means, or nil when none is near.
///
/// Distance is Damerau and Levenshtein's (insert, delete, replace, swap neighbours; optimal string alignment), without
/// regard to case; at most a third of the word's length, and at least 1, may differ. Of equally near names, the one
/// that shares the longer beginning is meant: people mistype ends more often than beginnings.
public func nearestName(to word: String, among candidates: some Sequence<String>) -> String? {
  let target = Array(word.lowercased().unicodeScalars)
  guard target.count <= 100 else { return nil }
  let limit = max(1, target.count / 3)
  var best: (name: String, distance: Int, beginning: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().unicodeScalars)
    guard abs(other.count - target.count) <= limit else { continue }
    let distance = editDistance(target, other)
    guard distance <= limit else { continue }
    let beginning = zip(target, other).prefix { $0 == $1 }.count
    if let best, (best.distance, -best.beginning, best.name) <= (distance, -beginning, candidate) { continue }
    best = (candidate, distance, beginning)
  }
  return best?.name
}

private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let change = a[i - 1] == b[j - 1] ? 0 : 1
      row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
