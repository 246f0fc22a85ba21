import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// A group whose processes change their protocol one by one, in a broker that is started again
/// after each step. Oracle: Kafka's answers (KIP-848).
struct GroupMigrationTests {
  private let client = BrokerGroups.Client(clientID: "test", host: "/127.0.0.1")

  private func joinRequest(_ member: String = "") -> JoinGroupRequest {
    var subscription = ConsumerProtocolSubscription()
    subscription.topics = ["orders"]
    var offered = JoinGroupRequest.MemberProtocol()
    offered.name = "range"
    offered.metadata = ConsumerProtocolFrame.encode(subscription, version: 1)
    var join = JoinGroupRequest()
    (join.groupID, join.memberID, join.protocolType) = ("g", member, "consumer")
    join.sessionTimeoutMilliseconds = 10_000
    join.rebalanceTimeoutMilliseconds = 10_000
    join.protocols = [offered]
    return join
  }

  /// Joins a classic group, alone.
  private func joinAlone(_ broker: Broker) async throws -> JoinGroupResponse {
    let request = joinRequest()
    async let joining = broker.groups.joinGroup(request, version: 3, from: client)
    while await state(of: broker) != "CompletingRebalance" {
      await Task.yield()
      broker.runCoordinators()
    }
    return try await joining
  }

  private func sync(_ joined: JoinGroupResponse, in broker: Broker) async throws -> [Int32] {
    var assignment = ConsumerProtocolAssignment()
    var field = ConsumerProtocolAssignment.AssignedPartition()
    (field.topic, field.partitions) = ("orders", [0, 1, 2, 3])
    assignment.assignedPartitions = [field]
    var assigned = SyncGroupRequest.Assignment()
    assigned.memberID = joined.memberID
    assigned.assignment = ConsumerProtocolFrame.encode(assignment, version: 1)
    var request = SyncGroupRequest()
    (request.groupID, request.memberID) = ("g", joined.memberID)
    (request.generationID, request.assignments) = (joined.generationID, [assigned])
    let synced = try await broker.groups.syncGroup(request, from: client)
    return try ConsumerProtocolFrame.assignment(synced.assignment).assignedPartitions
      .flatMap(\.partitions)
  }

  private func heartbeat(
    _ member: String, _ generation: Int32, in broker: Broker
  ) async throws -> ErrorCode {
    var request = HeartbeatRequest()
    (request.groupID, request.memberID, request.generationID) = ("g", member, generation)
    return try await broker.groups.heartbeat(request, from: client).errorCode
  }

  private func beat(
    epoch: Int32, in broker: Broker
  ) async throws -> ConsumerGroupHeartbeatResponse {
    var request = ConsumerGroupHeartbeatRequest()
    (request.groupID, request.memberID, request.memberEpoch) = ("g", "m", epoch)
    if epoch == 0 {
      request.rebalanceTimeoutMilliseconds = 10_000
      request.subscribedTopicNames = ["orders"]
    }
    if epoch >= 0 { request.topicPartitions = [] }
    return try await broker.groups.consumerGroupHeartbeat(request, from: client)
  }

  private func listed(_ broker: Broker) async -> ListGroupsResponse.Group? {
    await broker.groups.listGroups(ListGroupsRequest()).groups.first
  }

  private func state(of broker: Broker) async -> String? { await listed(broker)?.groupState }

  @Test func `G30: a group is upgraded and downgraded on-line, and loads in between`() async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    var broker = try BrokerGroupsTests.open(on: disk)
    _ = try broker.createTopic("orders", partitions: 4)
    let member = try await joinAlone(broker)
    #expect(try await sync(member, in: broker) == [0, 1, 2, 3])

    let epoch = try await beat(epoch: 0, in: broker).memberEpoch
    try broker.close()
    broker = try BrokerGroupsTests.open(on: disk)
    #expect(await listed(broker)?.groupType == "consumer")
    let generation = member.generationID
    #expect(try await heartbeat(member.memberID, generation, in: broker) == .rebalanceInProgress)
    let again = try await broker.groups.joinGroup(
      joinRequest(member.memberID), version: 3, from: client)
    #expect(again.generationID == epoch)
    #expect(try await sync(again, in: broker).count == 2)
    let told = try await beat(epoch: epoch, in: broker).assignment?.topicPartitions
    #expect(told?.flatMap(\.partitions).count == 2)

    _ = try await beat(epoch: -1, in: broker)
    #expect(await listed(broker)?.groupType == "classic")
    try broker.close()
    broker = try BrokerGroupsTests.open(on: disk)
    #expect(await listed(broker)?.groupType == "classic")
    #expect(try await heartbeat(member.memberID, epoch, in: broker) == .rebalanceInProgress)
    let last = try await broker.groups.joinGroup(
      joinRequest(member.memberID), version: 3, from: client)
    #expect(last.generationID == epoch + 1 && last.leader == member.memberID)
    try broker.close()
  }

  @Test func `G30: who waits for a classic rebalance is answered when the group is upgraded`()
    async throws
  {
    let broker = try BrokerGroupsTests.open(on: SimulatedFileSystem(seed: 1))
    _ = try broker.createTopic("orders", partitions: 4)
    let member = try await joinAlone(broker)
    _ = try await sync(member, in: broker)
    // It waits for the member that is there to join again.
    let request = joinRequest()
    async let waiting = broker.groups.joinGroup(request, version: 3, from: client)
    while await state(of: broker) != "PreparingRebalance" { await Task.yield() }
    _ = try await beat(epoch: 0, in: broker)
    do {
      _ = try await waiting
      Issue.record("it joined")
    } catch { #expect((error as? CoordinatorError)?.code == .rebalanceInProgress) }
    try broker.close()
  }
}
