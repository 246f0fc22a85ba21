/// Why a record is not delivered again.
package enum ShareFailure: Int8, Sendable, CaseIterable {
  /// It was delivered as often as it may be.
  case attempts = 1
  /// A consumer rejected it.
  case rejected = 2
  /// Its time-to-live was over before it was acknowledged.
  case expired = 3
  /// A header that says how it is to be delivered cannot be read, or is out of range.
  case header = 4

  /// As dead letters say it to programs.
  package var word: String {
    switch self {
    case .attempts: "attempts"
    case .rejected: "rejected"
    case .expired: "expired"
    case .header: "header"
    }
  }

  /// As dead letters say it to people.
  package var reason: String {
    switch self {
    case .attempts: "delivery attempts exhausted"
    case .rejected: "rejected by a consumer"
    case .expired: "time to live is over"
    case .header: "a queue header is not valid"
    }
  }
}

/// A record that is to be copied to the dead letters.
package struct DeadLetter: Equatable, Sendable {
  package let offset: Int64
  package let failure: ShareFailure
  package let deliveryCount: Int16
  /// What its consumer said, in words; a restart of the broker forgets it.
  package let reason: String?
  /// Whether it was given up before the broker was started: then it may have been copied.
  package let isOld: Bool

  package init(
    offset: Int64, failure: ShareFailure, deliveryCount: Int16, reason: String? = nil,
    isOld: Bool = false
  ) {
    self.offset = offset
    self.failure = failure
    self.deliveryCount = deliveryCount
    self.reason = reason
    self.isOld = isOld
  }
}
