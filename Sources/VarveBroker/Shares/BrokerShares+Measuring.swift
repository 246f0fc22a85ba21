package import VarveBase
package import VarveCoordination
internal import VarveLog

/// How full the share groups' partitions are, and how fast they drain.
extension BrokerShares {
  /// What a group has of a partition, as it is measured.
  package struct Measure: Sendable {
    package let group: String
    package let id: TopicPartition
    package let remaining: Int64
    package let depths: ShareDepths
    package let totals: FlowTotals
    /// Nil where it is known for less than a second.
    package let flow: ShareFlow?
    /// Milliseconds since the time of the oldest record that is not done with; nil where there is
    /// none.
    package let oldestAge: Int64?

    package init(
      group: String, id: TopicPartition, remaining: Int64, depths: ShareDepths = ShareDepths(),
      totals: FlowTotals = FlowTotals(come: 0, left: 0), flow: ShareFlow? = nil,
      oldestAge: Int64? = nil
    ) {
      (self.group, self.id, self.remaining) = (group, id, remaining)
      (self.depths, self.totals, self.flow) = (depths, totals, flow)
      self.oldestAge = oldestAge
    }
  }

  /// All partitions that groups have begun with. What is not synced yet counts too, so that nobody
  /// waits. One whose coordinator or log is out of use, as `/readyz` says, is left out.
  package func measures() -> [Measure] {
    standings().compactMap { key, standing in
      guard let partition = partition(of: key) else { return nil }
      return try? measure(key, standing, of: partition)
    }
  }

  /// Takes a look at how fast groups get on, for who asks later.
  func look() {
    let all = standings()
    broker.shareMeters.keep(Set(all.map(\.key)))
    for (key, standing) in all {
      guard let log = partition(of: key)?.log else { continue }
      _ = flow(of: key, standing.totals(log.offsets))
    }
  }

  private func standings() -> [(key: SharePartitionKey, value: ShareStanding)] {
    var all: [(key: SharePartitionKey, value: ShareStanding)] = []
    for shard in broker.shareShards.shards.all {
      // One that failed has nothing to tell: whoever uses it is told why.
      guard let found = try? shard.glance({ $0.partitions.mapValues { ShareStanding($0) } })
      else { continue }
      all += found.map { ($0.key, $0.value) }
    }
    return all.sorted { $0.key < $1.key }
  }

  func measure(
    _ key: SharePartitionKey, _ standing: ShareStanding, of partition: Partition
  ) throws(LogError) -> Measure {
    let log = partition.log
    let range = log.offsets
    let remaining = standing.remaining(range)
    let totals = standing.totals(range)
    var oldest: Timestamp?
    if remaining > 0 {
      oldest = try broker.shareMeters.oldest(
        of: key, in: log, from: standing.start(logStart: range.lowerBound))
    }
    return Measure(
      group: key.group, id: partition.id, remaining: remaining,
      depths: standing.depths(logEnd: range.upperBound), totals: totals,
      flow: flow(of: key, totals),
      oldestAge: oldest.map { max(broker.now.rawValue - $0.rawValue, 0) })
  }

  private func flow(of key: SharePartitionKey, _ totals: FlowTotals) -> ShareFlow? {
    broker.shareMeters.flow(of: key, totals, at: Moment(broker.time).uptime)
  }
}

extension PartitionLog {
  /// Those that it has.
  fileprivate var offsets: Range<Int64> {
    let start = startOffset.rawValue
    return start..<max(start, endOffset.rawValue)
  }
}
