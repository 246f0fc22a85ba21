package import VarveBase

/// One step on a record's way.
package struct TraceStep: Hashable, Sendable {
  package enum Name: String, Sendable {
    /// Its producer made it.
    case produce
    /// The log had it.
    case ack
    /// Its transaction ended, or is open.
    case transaction
    /// A consumer got it.
    case fetch
    case renew
    /// A consumer was done with it.
    case process
    case release
    case reject
    case timeout
    case delay
    /// It was kept from delivery under a token.
    case park
    case unpark
    /// It was left out as a copy.
    case `repeat`
    case giveUp = "give up"
    /// It was copied to a dead letter.
    case letter
    /// A share group's state was stored, or a consumer group's offset went past it.
    case commit
  }

  package let name: Name
  /// Nil where nobody has noted it.
  package let time: Timestamp?
  package var group: String?
  package var member: String?
  /// How often it was delivered.
  package var deliveries: Int?
  /// More in words.
  package var detail: String

  init(
    _ name: Name, at time: Timestamp?, group: String? = nil, member: String? = nil,
    deliveries: Int? = nil, _ detail: String = ""
  ) {
    self.name = name
    self.time = time
    self.group = group
    self.member = member
    self.deliveries = deliveries
    self.detail = detail
  }
}

extension [TraceStep] {
  /// In the order of time, those of the same time as they were found, and what is stored last.
  func inOrder() -> [TraceStep] {
    enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      let isLate = (one.name == .commit, other.name == .commit)
      return (one.time?.rawValue ?? .max, isLate.0 ? 1 : 0, left.offset)
        < (other.time?.rawValue ?? .max, isLate.1 ? 1 : 0, right.offset)
    }.map(\.element)
  }
}

extension TracedRecord {
  /// Who wrote it, and what became of its transaction.
  var ownSteps: [TraceStep] {
    let source =
      producer.map { "producer \($0.id), epoch \($0.epoch), sequence \($0.sequence)" }
      ?? "a producer without a number"
    return [
      TraceStep(.produce, at: isStampedByLog ? nil : record.timestamp, source),
      TraceStep(.ack, at: isStampedByLog ? record.timestamp : nil, "at offset \(place.offset)"),
    ]
  }

  var transactionSteps: [TraceStep] {
    switch transaction {
    case nil: []
    case .open: [TraceStep(.transaction, at: nil, "open: it has no marker so far")]
    case .ended(let commits, let marker, let time):
      [
        TraceStep(
          .transaction, at: time,
          "\(commits ? "committed" : "aborted"), with the marker at offset \(marker)")
      ]
    }
  }
}
