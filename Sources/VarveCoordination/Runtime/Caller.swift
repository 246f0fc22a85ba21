/// A request that is being worked on. One that has to wait for others is answered later under this
/// number.
package struct RequestID: Hashable, Sendable {
  package let rawValue: UInt64

  package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Who asks, and when.
package struct Caller: Sendable {
  package var request: RequestID
  package var clientID: String
  /// The address, as Kafka writes it (`/127.0.0.1`); of members in this process, what names it.
  package var host: String
  package var now: Moment
  /// What a new member is called if it brings no name of its own. Coordinators have no randomness,
  /// so that the caller brings it.
  package var newMemberID: String

  package init(
    request: RequestID, clientID: String, host: String, now: Moment, newMemberID: String
  ) {
    self.request = request
    self.clientID = clientID
    self.host = host
    self.now = now
    self.newMemberID = newMemberID
  }
}
