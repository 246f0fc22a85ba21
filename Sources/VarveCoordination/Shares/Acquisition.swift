/// What a consumer gets.
package enum Acquisition: Equatable, Sendable {
  /// The group has no state of the partition: it has to be told where to begin.
  case unknown
  /// The log has to be looked at first for the message ids that count still: from the first record
  /// on that is stamped so many milliseconds before the one at the offset.
  case recall(before: Int64, milliseconds: Int64)
  /// The log has to be looked at first, from the offset on.
  case scan(from: Int64)
  /// Records were dropped; there may be others.
  case again
  /// Records, in the order of offsets; none where there are none to be had.
  case records([AcquiredRecords])
}

/// Which message a record is a copy of.
package enum CopySearch: Equatable, Sendable {
  /// Something has to be done before it is known.
  case needs(Acquisition)
  /// The offset of the first one; nil where the record is no copy.
  case found(Int64?)
}

/// Records that are a consumer's until its lock ends.
package struct AcquiredRecords: Equatable, Sendable {
  package var offsets: ClosedRange<Int64>
  /// This delivery included.
  package let deliveryCount: Int16

  package init(_ offsets: ClosedRange<Int64>, deliveryCount: Int16) {
    self.offsets = offsets
    self.deliveryCount = deliveryCount
  }
}

/// What a consumer says of a record that it has. The raw values are Kafka's.
package enum AcknowledgeType: Int8, Sendable, CaseIterable {
  /// There is no record at the offset.
  case gap = 0
  case accept = 1
  case release = 2
  case reject = 3
  /// It needs the record for longer.
  case renew = 4
}

/// What is said of some of a consumer's records.
package struct Acknowledgement: Equatable, Sendable {
  package let offsets: ClosedRange<Int64>
  /// One for all offsets, or one for each.
  package let types: [AcknowledgeType]
  /// Milliseconds to wait before released ones are delivered again; nil for what the group's
  /// configuration says.
  package let retryDelay: Int64?
  /// Why records are rejected, in words.
  package let reason: String?
  /// What released records are parked under; nil for those that are not.
  package let token: String?

  package init(
    _ offsets: ClosedRange<Int64>, _ types: [AcknowledgeType], retryDelay: Int64? = nil,
    reason: String? = nil, token: String? = nil
  ) {
    self.offsets = offsets
    self.types = types
    self.retryDelay = retryDelay
    self.reason = reason
    self.token = token
  }
}
