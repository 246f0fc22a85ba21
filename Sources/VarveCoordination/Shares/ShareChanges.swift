/// What an operation makes of records, in as few ranges as can be.
struct ShareChanges: Sendable {
  /// As Kafka numbers them.
  enum State: Int8, Sendable {
    case available = 0
    case acknowledged = 2
    case archived = 4
  }

  struct Change: Equatable, Sendable {
    var offsets: ClosedRange<Int64>
    let state: State
    /// Of `available` records.
    var history = SharePartition.History(deliveryCount: 0)
    /// What an archived record is a copy of.
    var first: Int64?
  }

  private(set) var changes: [Change] = []

  var isEmpty: Bool { changes.isEmpty }

  mutating func append(
    _ offset: Int64, _ state: State,
    _ history: SharePartition.History = SharePartition.History(deliveryCount: 0)
  ) {
    if let last = changes.last, last.offsets.upperBound + 1 == offset, last.state == state,
      last.history == history, last.first == nil
    {
      changes[changes.count - 1].offsets = last.offsets.lowerBound...offset
    } else {
      changes.append(Change(offsets: offset...offset, state: state, history: history))
    }
  }

  /// A record is left out, wherever the group begins.
  mutating func append(_ copy: KnownCopies.Copy) {
    changes.append(
      Change(offsets: copy.offset...copy.offset, state: .archived, first: copy.first))
  }
}
