import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveLog
import VarveProtocol
import VarveTestKit

struct BrokerGroupsTests {
  let client = BrokerGroups.Client(clientID: "test", host: "/127.0.0.1")

  static func open(
    on disk: any FileSystem, time: ManualTime = ManualTime(), partitions: Int = 2,
    configs: [String: String] = [:]
  ) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    options.serverConfigs = configs.merging(
      ["offsets.topic.num.partitions": "\(partitions)", "group.initial.rebalance.delay.ms": "0"]
    ) { first, _ in first }
    return try Broker.open("data", on: disk, time: time, options: options)
  }

  static func commit(
    _ group: String, _ topic: String, _ offsets: [Int32: Offset], in broker: Broker
  ) async throws(CoordinatorError) -> [ErrorCode] {
    var request = OffsetCommitRequest()
    request.groupID = group
    var requested = OffsetCommitRequest.Topic()
    requested.name = topic
    requested.partitions = offsets.sorted { $0.key < $1.key }.map { index, offset in
      var partition = OffsetCommitRequest.Topic.Partition()
      partition.partitionIndex = index
      partition.committedOffset = offset
      return partition
    }
    request.topics = [requested]
    let response = try await broker.groups.offsetCommit(
      request, version: 9, from: .init(clientID: "test", host: "/127.0.0.1"))
    return response.topics.flatMap(\.partitions).map(\.errorCode)
  }

  static func fetch(
    _ group: String, in broker: Broker, stable: Bool = false
  ) async -> [Int32: Offset] {
    var request = OffsetFetchRequest()
    var wanted = OffsetFetchRequest.Group()
    wanted.groupID = group
    request.groups = [wanted]
    request.requiresStable = stable
    let response = await broker.groups.offsetFetch(request)
    let partitions = response.groups.flatMap(\.topics).flatMap(\.partitions)
    return Dictionary(
      uniqueKeysWithValues: partitions.map { ($0.partitionIndex, $0.committedOffset) })
  }

  @Test func `the topic of offsets is made with the first group, as Kafka makes it`() async throws {
    let broker = try Self.open(on: SimulatedFileSystem(seed: 1), partitions: 3)
    _ = try broker.createTopic("orders", partitions: 2)
    #expect(await Self.fetch("g", in: broker) == [:])
    #expect(await broker.groups.listGroups(ListGroupsRequest()).groups == [])
    #expect(broker.topics().map(\.name.description) == ["orders"])
    #expect(
      try await Self.commit("g", "orders", [0: 5, 1: 6, 2: 7], in: broker) == [
        .none, .none, .unknownTopicOrPartition,
      ])
    let topic = try broker.topic(named: .consumerOffsets)
    #expect(topic.partitionCount == 3)
    #expect(
      topic.configuration.overrides == [
        "cleanup.policy": "compact", "compression.type": "producer", "segment.bytes": "104857600",
      ])
    #expect(await Self.fetch("g", in: broker) == [0: 5, 1: 6])
    try broker.close()
  }

  @Test("G32: what a group committed is there after a restart")
  func restart() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try Self.open(on: disk)
    _ = try first.createTopic("orders", partitions: 2)
    for group in ["a", "b", "c", "d"] {
      _ = try await Self.commit(group, "orders", [0: 5, 1: 6], in: first)
      _ = try await Self.commit(group, "orders", [1: 7], in: first)
    }
    try first.close()
    // The number of partitions is that of the topic, whatever the configuration says now.
    let second = try Self.open(on: disk, partitions: 50)
    for group in ["a", "b", "c", "d"] {
      #expect(await Self.fetch(group, in: second) == [0: 5, 1: 7])
    }
    let listed = await second.groups.listGroups(ListGroupsRequest())
    #expect(listed.groups.map(\.groupID) == ["a", "b", "c", "d"])
    try second.close()
  }

  @Test func `a commit of a thousand partitions is one append`() async throws {
    let broker = try Self.open(on: SimulatedFileSystem(seed: 1), partitions: 1)
    _ = try broker.createTopic("orders", partitions: 1000)
    let offsets = (0..<1000).map { (Int32($0), Offset(Int64($0))) }
    let errors = try await Self.commit(
      "g", "orders", Dictionary(uniqueKeysWithValues: offsets), in: broker)
    #expect(errors.allSatisfy { $0 == .none } && errors.count == 1000)
    let partition = try broker.partition(broker.groups.partition(of: "g"))
    #expect(try Batches.counts(in: partition.log) == [1000])
    try broker.close()
  }

  @Test func `the configuration's limits hold, and bad values refuse the start`() async throws {
    let broker = try Self.open(
      on: SimulatedFileSystem(seed: 1), configs: ["group.max.session.timeout.ms": "7000"])
    var join = JoinGroupRequest()
    join.groupID = "g"
    join.protocolType = "consumer"
    join.protocols = [JoinGroupRequest.MemberProtocol()]
    join.sessionTimeoutMilliseconds = 7001
    let request = join
    let error = await #expect(throws: CoordinatorError.self) {
      try await broker.groups.joinGroup(request, version: 9, from: client)
    }
    #expect(error?.code == .invalidSessionTimeout)
    try broker.close()
    for configs in [
      ["offsets.retention.minutes": "0"], ["offset.metadata.max.bytes": "much"],
      ["group.min.session.timeout.ms": "10", "group.max.session.timeout.ms": "9"],
      ["group.consumer.assignors": "range,mine"], ["group.consumer.assignors": ""],
      ["group.consumer.assignors": "range, range"],
      ["group.consumer.migration.policy": "sideways"],
    ] {
      let error = #expect(throws: BrokerError.self) {
        try Self.open(on: SimulatedFileSystem(seed: 1), configs: configs)
      }
      #expect(error?.code == .catalog(.invalidConfig), "\(configs)")
    }
  }

  private func join(
    assignor: String?, in broker: Broker
  ) async throws(CoordinatorError) -> String? {
    var request = ConsumerGroupHeartbeatRequest()
    (request.groupID, request.memberID) = ("g", "m")
    request.rebalanceTimeoutMilliseconds = 10_000
    request.subscribedTopicNames = ["orders"]
    request.topicPartitions = []
    request.serverAssignor = assignor
    _ = try await broker.groups.consumerGroupHeartbeat(request, from: client)
    var describing = ConsumerGroupDescribeRequest()
    describing.groupIDs = ["g"]
    return await broker.groups.consumerGroupDescribe(describing).groups.first?.assignorName
  }

  @Test func `the first assignor of the configuration is the default, others may be asked for`()
    async throws
  {
    let broker = try Self.open(
      on: SimulatedFileSystem(seed: 1),
      configs: ["group.consumer.assignors": "range, sticky"])
    #expect(try await join(assignor: nil, in: broker) == "range")
    #expect(try await join(assignor: "sticky", in: broker) == "sticky")
    for assignor in ["uniform", "mine"] {
      let error = await #expect(throws: CoordinatorError.self) {
        try await join(assignor: assignor, in: broker)
      }
      #expect(error?.code == .unsupportedAssignor)
    }
    try broker.close()
  }

  @Test func `G36: a commit that the topic does not take changes nothing`() async throws {
    let broker = try Self.open(
      on: SimulatedFileSystem(seed: 1), partitions: 1, configs: ["message.max.bytes": "2000"])
    _ = try broker.createTopic("orders", partitions: 100)
    #expect(try await Self.commit("g", "orders", [0: 1], in: broker) == [.none])
    // A coordinator that is loaded again has forgotten whom it gave a name.
    var join = JoinGroupRequest()
    (join.groupID, join.protocolType, join.sessionTimeoutMilliseconds) = ("w", "x", 10_000)
    join.protocols = [JoinGroupRequest.MemberProtocol()]
    let named = try await broker.groups.joinGroup(join, version: 4, from: client)
    let end = try broker.partition(broker.groups.partition(of: "g")).log.endOffset
    let many = Dictionary(uniqueKeysWithValues: (0..<100).map { (Int32($0), Offset(9)) })
    let error = await #expect(throws: CoordinatorError.self) {
      try await Self.commit("g", "orders", many, in: broker)
    }
    #expect(error?.code == .invalidCommitOffsetSize)
    #expect(await Self.fetch("g", in: broker) == [0: 1])
    #expect(try broker.partition(broker.groups.partition(of: "g")).log.endOffset == end)
    var leave = LeaveGroupRequest()
    var leaving = LeaveGroupRequest.Member()
    leaving.memberID = named.memberID
    (leave.groupID, leave.members) = ("w", [leaving])
    let left = try await broker.groups.leaveGroup(leave, version: 5, from: client)
    #expect(left.members.map(\.errorCode) == [.none])
    // What may be too large by its bound, and is not, is taken.
    let some = many.filter { $0.key < 15 }
    #expect(try await Self.commit("g", "orders", some, in: broker).allSatisfy { $0 == .none })
    try broker.close()
  }

  @Test func `records of groups have the codec of their topic, and load`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let broker = try Self.open(on: disk)
    _ = try broker.createTopic("orders", partitions: 100)
    _ = try await Self.commit("g", "orders", [0: 1], in: broker)
    try broker.alterConfigs(of: .consumerOffsets, [.set(name: "compression.type", value: "gzip")])
    let many = Dictionary(uniqueKeysWithValues: (0..<100).map { (Int32($0), Offset(9)) })
    _ = try await Self.commit("g", "orders", many, in: broker)
    let log = try broker.partition(broker.groups.partition(of: "g")).log
    #expect(try Batches.codecs(in: log) == [CompressionCodec.none, .gzip])
    try broker.close()
    let again = try Self.open(on: disk)
    #expect(await Self.fetch("g", in: again) == many)
    try again.close()
  }

  @Test func `offsets of a transaction show once it commits`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let broker = try Self.open(on: disk)
    _ = try broker.createTopic("orders")
    var start = InitProducerIdRequest()
    (start.transactionalID, start.transactionTimeoutMilliseconds) = ("t", 10_000)
    let producer = try await broker.initProducer(start, version: 5)
    var request = TxnOffsetCommitRequest()
    (request.transactionalID, request.groupID) = ("t", "g")
    (request.producerID, request.producerEpoch) = (producer.producerID, producer.producerEpoch)
    var topic = TxnOffsetCommitRequest.Topic()
    topic.name = "orders"
    topic.partitions = [TxnOffsetCommitRequest.Topic.Partition()]
    topic.partitions[0].committedOffset = 4
    request.topics = [topic]
    let response = try await broker.groups.txnOffsetCommit(request, version: 5, from: client)
    #expect(response.topics.flatMap(\.partitions).map(\.errorCode) == [.none])
    #expect(await Self.fetch("g", in: broker) == [:])
    let partition = try broker.groups.partition(of: "g")
    try await broker.groups.completeTransaction(
      in: partition.partition,
      of: ProducerIdentity(id: producer.producerID, epoch: producer.producerEpoch),
      coordinatorEpoch: 0, commits: true)
    #expect(await Self.fetch("g", in: broker) == [0: 4])
    try broker.close()
    let again = try Self.open(on: disk)
    #expect(await Self.fetch("g", in: again) == [0: 4])
    try again.close()
  }

  @Test func `a topic that is deleted takes its offsets along`() async throws {
    let broker = try Self.open(on: SimulatedFileSystem(seed: 1))
    let topic = try broker.createTopic("orders").name
    _ = try await Self.commit("g", "orders", [0: 5], in: broker)
    try broker.deleteTopic(topic)
    #expect(await Self.fetch("g", in: broker) == [:])
    let again = try await Self.commit("g", "orders", [0: 5], in: broker)
    #expect(again == [.unknownTopicOrPartition])
    _ = try broker.createTopic("orders")
    #expect(await Self.fetch("g", in: broker) == [:])
    try broker.close()
  }

  @Test func `offsets expire by the broker's clock`() async throws {
    let time = ManualTime()
    let broker = try Self.open(
      on: SimulatedFileSystem(seed: 1), time: time, configs: ["offsets.retention.minutes": "60"])
    _ = try broker.createTopic("orders")
    _ = try await Self.commit("g", "orders", [0: 5], in: broker)
    time.advance(byMilliseconds: 59 * 60_000)
    broker.runCoordinators()
    #expect(await Self.fetch("g", in: broker) == [0: 5])
    time.advance(byMilliseconds: 11 * 60_000)
    broker.runCoordinators()
    #expect(await Self.fetch("g", in: broker) == [:])
    #expect(await broker.groups.listGroups(ListGroupsRequest()).groups == [])
    try broker.close()
  }

  @Test("G33: lag and resets of a group, with a dry run")
  func lagAndReset() async throws {
    let broker = try Self.open(on: SimulatedFileSystem(seed: 1))
    let name = try broker.createTopic("orders", partitions: 2).name
    let ids = (0..<2).map { TopicPartition(topic: name, partition: $0) }
    for number in 1...6 { _ = try BrokerTests.append("\(number)", to: broker.partition(ids[0])) }
    _ = try await Self.commit("g", "orders", [0: 2, 1: 0], in: broker)
    let lag = try await broker.groups.lag(of: "g")
    #expect(lag.partitions.map(\.lag) == [4, 0])
    let planned = try await broker.groups.resetOffsets(
      of: "g", in: ids, to: .latest, isDryRun: true)
    #expect(planned.map(\.to) == [6, 0])
    #expect(await Self.fetch("g", in: broker) == [0: 2, 1: 0])
    let done = try await broker.groups.resetOffsets(
      of: "g", in: ids, to: .latest, isDryRun: false)
    #expect(done == planned)
    #expect(await Self.fetch("g", in: broker) == [0: 6, 1: 0])
    let timed = try await broker.groups.resetOffsets(
      of: "g", in: ids, to: .timestamp(1000), isDryRun: false)
    #expect(timed.map(\.to) == [0, 0])
    let unknown = await #expect(throws: CoordinatorError.self) {
      try await broker.groups.resetOffsets(
        of: "g", in: [TopicPartition(topic: name, partition: 9)], to: .latest, isDryRun: true)
    }
    #expect(unknown?.code == .unknownTopicOrPartition)
    try broker.close()
  }

  @Test func `a classic member joins, syncs and is put out when it is not heard of`() async throws {
    let time = ManualTime()
    let broker = try Self.open(on: SimulatedFileSystem(seed: 1), time: time)
    var join = JoinGroupRequest()
    join.groupID = "g"
    join.protocolType = "consumer"
    join.sessionTimeoutMilliseconds = 10_000
    join.rebalanceTimeoutMilliseconds = 10_000
    join.protocols = [JoinGroupRequest.MemberProtocol()]
    join.protocols[0].name = "range"
    // The join waits for the initial delay, of no time here, to be over.
    let request = join
    async let joining = broker.groups.joinGroup(request, version: 3, from: client)
    var listed: [String] = []
    while listed != ["Stable"] && listed != ["CompletingRebalance"] {
      await Task.yield()
      broker.runCoordinators()
      listed = await broker.groups.listGroups(ListGroupsRequest()).groups.map(\.groupState)
    }
    let joined = try await joining
    #expect(joined.memberID == joined.leader)
    #expect(joined.memberID.hasPrefix("test-"))
    var sync = SyncGroupRequest()
    (sync.groupID, sync.memberID, sync.generationID) = ("g", joined.memberID, joined.generationID)
    var assignment = SyncGroupRequest.Assignment()
    (assignment.memberID, assignment.assignment) = (joined.memberID, ByteSlice([1, 2]))
    sync.assignments = [assignment]
    let synced = try await broker.groups.syncGroup(sync, from: client)
    #expect(Array(synced.assignment) == [1, 2])
    time.advance(byMilliseconds: 10_000)
    broker.runCoordinators()
    let states = await broker.groups.listGroups(ListGroupsRequest()).groups.map(\.groupState)
    #expect(states == ["Empty"])
    try broker.close()
  }

  @Test func `a wait for others ends with the task, and with the broker`() async throws {
    let broker = try Self.open(
      on: SimulatedFileSystem(seed: 1), configs: ["group.initial.rebalance.delay.ms": "3000"])
    var join = JoinGroupRequest()
    join.groupID = "g"
    join.protocolType = "consumer"
    join.sessionTimeoutMilliseconds = 10_000
    join.rebalanceTimeoutMilliseconds = 10_000
    join.protocols = [JoinGroupRequest.MemberProtocol()]
    let request = join
    let (groups, client) = (broker.groups, client)
    let cancelled = Task {
      let error = await #expect(throws: CoordinatorError.self) {
        try await groups.joinGroup(request, version: 3, from: client)
      }
      #expect(error?.code == .requestTimedOut)
    }
    cancelled.cancel()
    await cancelled.value
    let closed = Task {
      let error = await #expect(throws: CoordinatorError.self) {
        try await groups.joinGroup(request, version: 3, from: client)
      }
      #expect(error?.code == .coordinatorNotAvailable)
    }
    var members = 0
    while members < 2 {
      await Task.yield()
      var describe = DescribeGroupsRequest()
      describe.groups = ["g"]
      let described = await groups.describeGroups(describe, version: 6)
      members = described.groups.first?.members.count ?? 0
    }
    try broker.close()
    await closed.value
    let late = await #expect(throws: CoordinatorError.self) {
      try await groups.joinGroup(request, version: 3, from: client)
    }
    #expect(late?.code == .coordinatorNotAvailable)
  }
}
