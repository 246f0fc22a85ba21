internal import VarveBase
package import VarveBroker
internal import VarveCoordination

/// What share groups have of their topics: how much is to be done, since when, and for how long.
package struct ShareMetrics: Sendable {
  struct Topic: Sendable {
    let group: String
    let topic: String
    var remaining: Int64 = 0
    var depths = ShareDepths()
    var come: Int64 = 0
    var left: Int64 = 0
    /// Nil where nothing is known of any partition.
    var flow: ShareFlow?
    /// Milliseconds.
    var oldestAge: Int64 = 0
  }

  /// In the order of groups and topics.
  let topics: [Topic]
  /// How many are not told of.
  let leftOut: Int

  /// Adds the partitions of each topic up. So many groups' topics are told of at most: those with
  /// the most records to be done.
  package init(_ measures: [BrokerShares.Measure], topicsMax: Int = 1_000) {
    var all: [[String]: Topic] = [:]
    for measure in measures {
      let topic = measure.id.topic.description
      all[[measure.group, topic], default: Topic(group: measure.group, topic: topic)].add(measure)
    }
    let deepest = all.values.sorted {
      ($1.remaining, $0.group, $0.topic) < ($0.remaining, $1.group, $1.topic)
    }
    topics = deepest.prefix(topicsMax).sorted { ($0.group, $0.topic) < ($1.group, $1.topic) }
    leftOut = deepest.count - topics.count
  }
}

extension ShareMetrics.Topic {
  fileprivate mutating func add(_ measure: BrokerShares.Measure) {
    remaining += measure.remaining
    depths.add(measure.depths)
    come += measure.totals.come
    left += measure.totals.left
    if let more = measure.flow { flow = flow.map { $0 + more } ?? more }
    oldestAge = max(oldestAge, measure.oldestAge ?? 0)
  }

  fileprivate var labels: Exposition.Labels { ["group": group, "topic": topic] }
}

extension Exposition {
  package mutating func add(_ shares: ShareMetrics) {
    addDepths(of: shares.topics)
    addFlow(of: shares.topics)
    begin(
      "varve_share_events_total", .counter,
      "What became of records that were delivered, or were not.")
    for topic in shares.topics {
      for (event, count) in topic.depths.counts.named {
        add(
          "varve_share_events_total",
          ["group": topic.group, "topic": topic.topic, "event": event], count)
      }
    }
    begin(
      "varve_share_topics_left_out", .gauge,
      "Topics of share groups that are not told of here: those with the fewest records.")
    add("varve_share_topics_left_out", shares.leftOut)
  }

  private mutating func addDepths(of topics: [ShareMetrics.Topic]) {
    begin(
      "varve_share_remaining", .gauge, "Records that a share group is not done with, of a topic.")
    for topic in topics { add("varve_share_remaining", topic.labels, topic.remaining) }
    begin("varve_share_records", .gauge, "Of these, those that are in a state.")
    for topic in topics {
      let states = [
        ("ready", topic.depths.ready), ("delayed", topic.depths.delayed),
        ("locked", topic.depths.locked), ("failing", topic.depths.failing),
        ("parked", topic.depths.parked),
      ]
      for (state, count) in states {
        add(
          "varve_share_records", ["group": topic.group, "topic": topic.topic, "state": state],
          count)
      }
    }
    begin(
      "varve_share_oldest_seconds", .gauge,
      "The age of the oldest record that is not done with, by its timestamp.")
    for topic in topics {
      add("varve_share_oldest_seconds", topic.labels, Double(topic.oldestAge) / 1e3)
    }
  }

  private mutating func addFlow(of topics: [ShareMetrics.Topic]) {
    begin("varve_share_in_total", .counter, "Records that came into a topic of a share group.")
    for topic in topics { add("varve_share_in_total", topic.labels, topic.come) }
    begin(
      "varve_share_out_total", .counter,
      "Records that a share group is done with: accepted, given up, or removed from the log.")
    for topic in topics { add("varve_share_out_total", topic.labels, topic.left) }
    begin("varve_share_in_per_second", .gauge, "Records that came, a second, in the last minute.")
    for topic in topics {
      if let flow = topic.flow { add("varve_share_in_per_second", topic.labels, flow.in) }
    }
    begin(
      "varve_share_out_per_second", .gauge, "Records done with, a second, in the last minute.")
    for topic in topics {
      if let flow = topic.flow { add("varve_share_out_per_second", topic.labels, flow.out) }
    }
    begin(
      "varve_share_drain_seconds", .gauge,
      "In how long all is done with at these rates: +Inf where it does not get less.")
    for topic in topics {
      guard let flow = topic.flow else { continue }
      add("varve_share_drain_seconds", topic.labels, flow.secondsToDrain(topic.remaining))
    }
  }
}

extension ShareDepths {
  fileprivate mutating func add(_ other: ShareDepths) {
    ready += other.ready
    delayed += other.delayed
    locked += other.locked
    failing += other.failing
    parked += other.parked
    counts.add(other.counts)
  }
}

extension ShareCounts {
  fileprivate mutating func add(_ other: ShareCounts) {
    accepted += other.accepted
    released += other.released
    rejected += other.rejected
    timedOut += other.timedOut
    expired += other.expired
    repeated += other.repeated
    deadLettered += other.deadLettered
  }

  /// Without those that go down where a delivery is taken back.
  fileprivate var named: [(event: String, count: Int64)] {
    [
      ("accepted", accepted), ("released", released), ("rejected", rejected),
      ("timed_out", timedOut), ("expired", expired), ("repeated", repeated),
      ("dead_lettered", deadLettered),
    ]
  }
}
