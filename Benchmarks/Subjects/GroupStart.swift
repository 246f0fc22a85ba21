import VarveBase
import VarveBroker
import VarveCoordination
import VarveLog
import VarveProtocol

extension Benchmark {
  static let groups = Benchmark(
    "groups", "1,000 groups of 10 members start, each to its share of 10 partitions"
  ) { bench in
    let count = bench.size(1000, smoke: 5)
    var rebalances = 0.0
    var beats = 0
    var comparison = try await bench.compare(
      "groups started", "groups/s", rounds: 3,
      of: [
        Bench.Contender("Varve") {
          try await inBroker(bench) { broker in
            var groups = (0..<count).map { StartingGroup("group-\($0)") }
            let duration = try await timed { try await start(&groups, in: broker) }
            beats = groups.reduce(0) { $0 + $1.beats }
            rebalances = try await mean(of: groups, in: broker)
            return Bench.Sample(count, per: 1, in: duration, hash: UInt64(beats))
          }
        },
        Bench.Contender("as many appends") {
          try await inBroker(bench) { broker in
            let partition = try broker.partitions(of: TopicName(Subject.topic))[0]
            let duration = try timed { try append(beats, to: partition) }
            return Bench.Sample(count, per: 1, in: duration, hash: UInt64(beats))
          }
        },
      ])
    comparison.notes = [
      "\(Table.fixed(rebalances, 1)) rebalances and "
        + "\(Table.fixed(Double(beats) / Double(count), 1)) heartbeats a group"
    ]
    return [comparison]
  }

  private static func inBroker(
    _ bench: Bench, _ body: (Broker) async throws -> Bench.Sample
  ) async throws -> Bench.Sample {
    try await bench.inDirectory { directory in
      let broker = try Broker.open(directory)
      _ = try broker.createTopic(Subject.topic, partitions: 10)
      let sample = try await body(broker)
      try broker.close()
      return sample
    }
  }

  /// All join at once, and heartbeat in turn until nobody is told anything.
  private static func start(
    _ groups: inout [StartingGroup], in broker: Broker
  ) async throws {
    for member in 0..<StartingGroup.memberCount {
      for group in groups.indices { _ = try await groups[group].beat(member, in: broker) }
    }
    for group in groups.indices {
      var isMoving = true
      while isMoving {
        isMoving = false
        for member in 0..<StartingGroup.memberCount {
          if try await groups[group].beat(member, in: broker) { isMoving = true }
        }
      }
    }
  }

  /// The rebalances of a group so far: its epoch.
  private static func mean(
    of groups: [StartingGroup], in broker: Broker
  ) async throws -> Double {
    var request = ConsumerGroupDescribeRequest()
    request.groupIDs = groups.map(\.id)
    let described = await broker.groups.consumerGroupDescribe(request).groups
    guard described.allSatisfy({ $0.groupState == "Stable" }) else {
      throw BenchmarkFailure("a group did not come to rest")
    }
    return Double(described.reduce(0) { $0 + Int($1.groupEpoch) }) / Double(groups.count)
  }

  private static func append(_ count: Int, to partition: Partition) throws {
    let value = RecordPool(byteCount: 100).value(0)
    for _ in 0..<count {
      var builder = RecordBatchBuilder()
      try builder.append(timestamp: Timestamp(0), key: nil, value: value.span.bytes)
      try builder.finish()
      _ = try partition.append(builder.bytes)
    }
  }
}

/// Ten members, as their clients know them.
private struct StartingGroup {
  static let memberCount = 10

  let id: String
  private(set) var beats = 0
  private var epochs = [Int32](repeating: 0, count: memberCount)
  private var owned = [ConsumerGroupHeartbeatResponse.Assignment](
    repeating: .init(), count: memberCount)

  init(_ id: String) { self.id = id }

  /// A heartbeat of a member, the first of which joins; true where it is told something new.
  mutating func beat(_ member: Int, in broker: Broker) async throws -> Bool {
    var request = ConsumerGroupHeartbeatRequest()
    (request.groupID, request.memberID) = (id, "member-\(member)")
    request.memberEpoch = epochs[member]
    request.rebalanceTimeoutMilliseconds = 60_000
    request.subscribedTopicNames = [Subject.topic]
    request.topicPartitions = owned[member].topicPartitions.map { topic in
      var share = ConsumerGroupHeartbeatRequest.TopicPartition()
      (share.topicID, share.partitions) = (topic.topicID, topic.partitions)
      return share
    }
    let client = BrokerGroups.Client(clientID: "bench", host: "/127.0.0.1")
    let response = try await broker.groups.consumerGroupHeartbeat(request, from: client)
    beats += 1
    let isNews =
      response.memberEpoch != epochs[member]
      || response.assignment.map { $0 != owned[member] } ?? false
    epochs[member] = response.memberEpoch
    if let assignment = response.assignment { owned[member] = assignment }
    return isNews
  }
}
