/// What lies in a stretch of the log, as share groups see it.
package struct ShareScan: Equatable, Sendable {
  package enum Item: Equatable, Sendable {
    /// Nothing to deliver: markers, aborted transactions, what compaction removed.
    case gone(ClosedRange<Int64>)
    /// Records that are delivered as they come.
    case records(ClosedRange<Int64>)
    /// A record whose headers say how it is to be delivered.
    case queued(QueuedRecord)
  }

  package let start: Int64
  /// After the last offset that was looked at.
  package let end: Int64
  /// In the order of offsets; what they leave out is gone.
  package let items: [Item]

  package init(start: Int64, end: Int64, items: [Item]) {
    self.start = start
    self.end = end
    self.items = items
  }
}

/// What a record's headers say of its delivery.
package struct QueuedRecord: Equatable, Sendable {
  package let offset: Int64
  package var priority: UInt8 = 0
  /// Not before this time, in milliseconds since 1970; 0 for at once.
  package var availableAt: Int64 = 0
  /// Not from this time on.
  package var expiresAt: Int64?
  /// Of its message id.
  package var digest: UInt128?
  /// Milliseconds since 1970, which its message id is remembered from.
  package var timestamp: Int64 = 0
  /// Whether a header cannot be read. The others hold.
  package var isMalformed = false

  package init(offset: Int64) { self.offset = offset }
}
