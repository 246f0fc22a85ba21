/// The records that consumers parked, by token.
struct ParkedRecords: Sendable {
  private var offsets: [String: Set<Int64>] = [:]
  private(set) var count = 0

  mutating func insert(_ offset: Int64, token: String) {
    if offsets[token, default: []].insert(offset).inserted { count += 1 }
  }

  mutating func remove(_ offset: Int64, token: String) {
    guard offsets[token]?.remove(offset) != nil else { return }
    count -= 1
    if offsets[token]?.isEmpty ?? false { offsets[token] = nil }
  }

  /// In order.
  func offsets(of token: String) -> [Int64] { offsets[token]?.sorted() ?? [] }
}
