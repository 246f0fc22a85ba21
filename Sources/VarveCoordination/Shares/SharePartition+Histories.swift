/// What is stored of records that were out and are not done with.
extension SharePartition {
  struct History: Equatable, Sendable {
    var deliveryCount: Int16
    /// Milliseconds since 1970.
    var availableAt: Int64 = 0
    var failure: ShareFailure?
    /// What the record is parked under.
    var token: String?
  }

  /// Notes what is to be stored of a record; nil where there is nothing any more.
  mutating func remember(_ history: History?, of offset: Int64) {
    if parked.count > 0, let token = histories[offset]?.token {
      parked.remove(offset, token: token)
    }
    histories[offset] = history
    if let token = history?.token { parked.insert(offset, token: token) }
  }

  /// Drops what was noted of records before `start`.
  mutating func forgetHistories(before start: Int64) {
    guard !histories.isEmpty else { return }
    for offset in histories.keys.filter({ $0 < start }) { remember(nil, of: offset) }
  }

  /// Drops what was noted of some records.
  mutating func forgetHistories(of offsets: ClosedRange<Int64>) {
    guard !histories.isEmpty else { return }
    if offsets.count < histories.count {
      for offset in offsets { remember(nil, of: offset) }
    } else {
      for offset in histories.keys.filter(offsets.contains) { remember(nil, of: offset) }
    }
  }
}
