/// A question for the one that was meant, where one of the candidates is near; or nothing.
func suggestion(for word: String, among candidates: [String]) -> String {
  let limit = max(2, word.count / 3)
  let ranked = candidates.map { (distance: editDistance(word, $0), candidate: $0) }
    .filter { $0.distance <= limit }
    .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
  return ranked.map { ": did you mean '\($0.candidate)'?" } ?? ""
}

/// The least number of letters to put in, take out, replace, or swap with the next (the optimal
/// string alignment distance), which makes one word of the other.
private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left), Array(right))
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for i in left.indices {
    var row = [i + 1]
    for j in right.indices {
      let replaced = previous[j] + (left[i] == right[j] ? 0 : 1)
      var least = min(replaced, previous[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        least = min(least, beforePrevious[j - 1] + 1)
      }
      row.append(least)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[right.count]
}
