public import Varve

extension History {
  /// What the members of a group read, against what the partitions hold that any of them gained or
  /// read: all that was acknowledged there or that the final read shows, without what was aborted.
  ///
  /// Record a `read` where the handler takes the record, and the count is of what was processed.
  public func delivery(to group: String) -> DeliveryCount {
    let facts = HistoryFacts(self)
    guard let number = facts.groups.known(group) else {
      return DeliveryCount(expected: [], deliveries: [])
    }
    let deliveries = facts.sightings.lazy.filter { sighting in
      sighting.member.map { facts.groupOfMember[Int($0)] == number } ?? false
    }
    return DeliveryCount(expected: facts.input(of: number), deliveries: deliveries.map(\.id))
  }

  /// What the work of a group on its input put into a topic, as a read-committed reader sees it in
  /// the end: each input record should be the ``SentRecord/source`` of one output record.
  public func delivery(through group: String, into topic: TopicName) -> DeliveryCount {
    let facts = HistoryFacts(self)
    let output = facts.sightings.lazy.filter { sighting in
      sighting.member == nil && sighting.isolation == .readCommitted
        && facts.partitions[sighting.partition].topic == topic
    }
    return DeliveryCount(
      expected: facts.groups.known(group).map { facts.input(of: $0) } ?? [],
      deliveries: output.map { facts.record($0)?.source ?? $0.id })
  }
}

extension HistoryFacts {
  /// What a group should be given.
  fileprivate func input(of group: Int32) -> [RecordID] {
    var partitions: Set<Int32> = []
    for case .gained(let member, let partition) in moves
    where groupOfMember[Int(member)] == group { partitions.insert(partition) }
    for sighting in sightings {
      if let member = sighting.member, groupOfMember[Int(member)] == group {
        partitions.insert(sighting.partition)
      }
    }
    return records.lazy.filter { partitions.contains($0.partition) && isInput($0) }.map(\.id)
  }

  private func isInput(_ record: Record) -> Bool {
    guard record.isWritten else { return false }
    return switch verdict(on: record) {
    case nil, .committed: true
    case .aborted: false
    case .unknown: record.isCommittedSeen
    }
  }
}
