/// What happened, in the order in which it was recorded: what producers were told, what consumers
/// saw and who owned which partition. ``violations(of:)`` says what of it must not have happened.
///
///     var history = History()
///     history.append(.sent(SentRecord(1, by: "p", to: orders, sequence: 0)))
///     history.append(.acknowledged(1, at: 0))
///     history.append(.auditing(orders, .readCommitted, from: 0))
///     history.violations()  // record 1 was acknowledged, and the final read does not show it
///
/// A test with many tasks records into a ``HistoryRecorder``.
public struct History: Hashable, Sendable {
  public var events: [HistoryEvent]

  public init(_ events: [HistoryEvent] = []) { self.events = events }

  public mutating func append(_ event: HistoryEvent) { events.append(event) }

  /// What must not have happened, by the rules given. The work grows with the number of events,
  /// and no faster than a sort.
  public func violations(of rules: [HistoryRule] = HistoryRule.all) -> [HistoryViolation] {
    let facts = HistoryFacts(self)
    return rules.flatMap { $0.violations(in: facts) }
  }
}

extension History: CustomStringConvertible {
  /// The events, one a line, each behind its number.
  public var description: String {
    var text = ""
    for (number, event) in events.enumerated() { text += "\(number) \(event)\n" }
    return text
  }
}
