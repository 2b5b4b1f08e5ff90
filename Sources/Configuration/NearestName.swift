/// The candidate that `name` most likely misspells; nil if none is close.
package func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
  let close = candidates.map { ($0, editDistance(name.lowercased(), $0.lowercased())) }
    .filter { $0.1 <= max(1, $0.0.count / 3) }
  return close.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
}

/// Fewest insertions, deletions, replacements and swaps of neighbours from `a` to `b` (optimal string alignment).
func editDistance(_ a: String, _ b: String) -> Int {
  // Names of very different length are not misspellings of each other; their exact distance is not needed.
  let (a, b) = (Array(a.prefix(64)), Array(b.prefix(64)))
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var distance = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, beforeLast[j - 1] + 1) }
      row.append(distance)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
