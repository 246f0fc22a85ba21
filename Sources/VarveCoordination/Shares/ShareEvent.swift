/// Something that happened to records in a share group, for who follows one of them.
package struct ShareEvent: Equatable, Sendable {
  /// The raw values are stored in `__varve_trace`: they stay.
  package enum Kind: Int8, Sendable, CaseIterable {
    case delivered = 1
    /// They were given to a consumer, and taken back before it had heard of them.
    case withdrawn = 2
    case renewed = 3
    case accepted = 4
    case released = 5
    /// With the reason in words.
    case rejected = 6
    case timedOut = 7
    /// A consumer said that there is no record.
    case missing = 8
    /// They are not delivered before a time.
    case delayed = 9
    /// They were left out as copies of a message.
    case repeated = 10
    /// They are not delivered again, and why.
    case givenUp = 11
    /// They were copied to a dead letter, and where that is.
    case deadLettered = 12
    /// They are not delivered until somebody names their token, which is this.
    case parked = 13
    case unparked = 14
  }

  package var offsets: ClosedRange<Int64>
  package let kind: Kind
  package var member = ""
  package var deliveryCount: Int16 = 0
  /// Milliseconds since 1970.
  package var until: Int64 = 0
  package var text = ""

  package init(
    _ kind: Kind, _ offsets: ClosedRange<Int64>, member: String = "", deliveryCount: Int16 = 0,
    until: Int64 = 0, text: String = ""
  ) {
    self.kind = kind
    self.offsets = offsets
    self.member = member
    self.deliveryCount = deliveryCount
    self.until = until
    self.text = text
  }

  /// Takes in what happened to the record that follows, if it is the same.
  mutating func extend(by next: ShareEvent) -> Bool {
    var extended = next
    extended.offsets = offsets
    guard extended == self, next.offsets.lowerBound == offsets.upperBound + 1 else { return false }
    offsets = offsets.lowerBound...next.offsets.upperBound
    return true
  }
}

extension SharePartition {
  /// Notes what happened, for a group that asked for it.
  mutating func note(
    _ kind: ShareEvent.Kind, _ offset: Int64, member: String = "", deliveryCount: Int16 = 0,
    until: Int64 = 0, text: String = ""
  ) {
    guard settings.isTraced else { return }
    let event = ShareEvent(
      kind, offset...offset, member: member, deliveryCount: deliveryCount, until: until,
      text: text)
    if let last = events.indices.last, events[last].extend(by: event) { return }
    events.append(event)
  }
}
