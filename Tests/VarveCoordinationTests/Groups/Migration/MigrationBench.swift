import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// A coordinator with one group `g`, a clock, and a second coordinator that reads the records only.
final class MigrationBench {
  var coordinator: GroupCoordinator
  private var replica: GroupCoordinator
  private let settings: GroupSettings
  private let topics: TopicsImage
  var now: Int64 = 0
  /// The records of the last request.
  private(set) var last: [GroupRecord] = []
  private(set) var log: [GroupRecord] = []
  private(set) var joins: [UInt64: Result<JoinGroupResponse, CoordinatorError>] = [:]
  private(set) var syncs: [UInt64: Result<SyncGroupResponse, CoordinatorError>] = [:]
  private var requests: UInt64 = 0

  init(_ change: (inout GroupSettings) -> Void = { _ in }) {
    var settings = GroupSettings()
    settings.classicInitialRebalanceDelay = 0
    change(&settings)
    topics = GroupUnderTest.image([("t", 6)])
    coordinator = GroupCoordinator(settings: settings, topics: topics)
    replica = coordinator
    self.settings = settings
  }

  private func caller() -> Caller {
    requests += 1
    return .test(requests, client: "c", at: now)
  }

  private func take<Reply>(_ decision: GroupDecision<Reply>) -> Reply {
    last = decision.records
    log += last
    for record in last { replica.replay(record, producerID: nil) }
    for effect in decision.effects {
      switch effect {
      case .join(let request, let result): joins[request.rawValue] = result
      case .sync(let request, let result): syncs[request.rawValue] = result
      }
    }
    checkReplica()
    return decision.reply
  }

  private func checkReplica() {
    #expect(replica.groups["g"]?.kind == coordinator.groups["g"]?.kind)
    if case .consumer(let group)? = coordinator.groups["g"],
      case .consumer(let other)? = replica.groups["g"]
    {
      #expect(group.state == other.state)
    }
    if case .classic(let group)? = coordinator.groups["g"],
      case .classic(let other)? = replica.groups["g"],
      group.state == .stable || group.state == .empty
    {
      #expect(group.describe() == other.describe())
    }
  }

  var kind: Group.Kind? { coordinator.groups["g"]?.kind }
  var state: String? { coordinator.groups["g"]?.stateName }
  var described: ConsumerGroupDescribeResponse.Group { coordinator.describeConsumerGroup("g") }

  /// The coordinator fails, and another reads the records.
  func restart() {
    coordinator = GroupCoordinator(settings: settings, topics: topics)
    for record in log { coordinator.replay(record, producerID: nil) }
    _ = coordinator.loaded(at: Caller.test(at: now).now)
  }

  /// Lets time pass, waking the coordinator when it asks for it.
  func pass(_ milliseconds: Int64) {
    let end = now + milliseconds
    while let next = coordinator.nextDeadline, next <= end {
      now = max(now, next)
      take(coordinator.expire(at: Caller.test(at: now).now))
    }
    now = end
  }
}

// MARK: - Members of the consumer protocol

extension MigrationBench {
  func beat(
    _ request: ConsumerGroupHeartbeatRequest
  ) throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    take(try coordinator.consumerGroupHeartbeat(request, by: caller()))
  }

  func refusal(of request: ConsumerGroupHeartbeatRequest) -> ErrorCode? {
    do throws(CoordinatorError) {
      _ = try beat(request)
      return nil
    } catch { return error.code }
  }
}

// MARK: - Members of the classic protocol

extension MigrationBench {
  static func subscription(_ topics: [String], owned: [Int32]) -> ByteSlice {
    var subscription = ConsumerProtocolSubscription()
    subscription.topics = topics
    if !owned.isEmpty {
      var field = ConsumerProtocolSubscription.OwnedPartition()
      (field.topic, field.partitions) = ("t", owned)
      subscription.ownedPartitions = [field]
    }
    return ConsumerProtocolFrame.encode(subscription, version: 3)
  }

  static func assignment(_ partitions: [Int32], userData: ByteSlice? = nil) -> ByteSlice {
    var assignment = ConsumerProtocolAssignment()
    var field = ConsumerProtocolAssignment.AssignedPartition()
    (field.topic, field.partitions) = ("t", partitions)
    assignment.assignedPartitions = [field]
    assignment.userData = userData
    return ConsumerProtocolFrame.encode(assignment, version: 3)
  }

  /// The number of the request, under which its answer is found.
  @discardableResult
  func join(
    _ member: String, instance: String? = nil, owned: [Int32] = [], topics: [String] = ["t"],
    protocols: [String] = ["range"], metadata: ByteSlice? = nil, type: String = "consumer",
    session: Int32 = 10_000, version: Int16 = 3
  ) -> UInt64 {
    var request = JoinGroupRequest()
    (request.groupID, request.memberID, request.groupInstanceID) = ("g", member, instance)
    request.sessionTimeoutMilliseconds = session
    request.rebalanceTimeoutMilliseconds = 30_000
    request.protocolType = type
    request.protocols = protocols.map {
      var offered = JoinGroupRequest.MemberProtocol()
      offered.name = $0
      offered.metadata = metadata ?? Self.subscription(topics, owned: owned)
      return offered
    }
    let caller = caller()
    do throws(CoordinatorError) {
      let decision = try coordinator.joinGroup(request, version: version, by: caller)
      if let reply = take(decision) { joins[caller.request.rawValue] = .success(reply) }
    } catch { joins[caller.request.rawValue] = .failure(error) }
    return caller.request.rawValue
  }

  func joined(_ request: UInt64) throws -> JoinGroupResponse {
    try #require(joins[request]).get()
  }

  func joinError(_ request: UInt64) -> ErrorCode? {
    switch joins[request] {
    case .success(let response): response.errorCode
    case .failure(let error): error.code
    case nil: nil
    }
  }

  @discardableResult
  func sync(
    _ member: String, _ generation: Int32, instance: String? = nil, name: String? = "range",
    type: String? = "consumer", assignments: [String: ByteSlice] = [:]
  ) -> UInt64 {
    var request = SyncGroupRequest()
    (request.groupID, request.memberID, request.generationID) = ("g", member, generation)
    (request.groupInstanceID, request.protocolName, request.protocolType) = (instance, name, type)
    request.assignments = assignments.sorted { $0.key < $1.key }.map {
      var field = SyncGroupRequest.Assignment()
      (field.memberID, field.assignment) = ($0.key, $0.value)
      return field
    }
    let caller = caller()
    do throws(CoordinatorError) {
      let decision = try coordinator.syncGroup(request, by: caller)
      if let reply = take(decision) { syncs[caller.request.rawValue] = .success(reply) }
    } catch { syncs[caller.request.rawValue] = .failure(error) }
    return caller.request.rawValue
  }

  func syncError(_ request: UInt64) -> ErrorCode? {
    switch syncs[request] {
    case .success(let response): response.errorCode
    case .failure(let error): error.code
    case nil: nil
    }
  }

  /// What a sync was answered with.
  func partitions(_ request: UInt64) throws -> [Int32] {
    let bytes = try #require(syncs[request]).get().assignment
    return try ConsumerProtocolFrame.assignment(bytes).assignedPartitions.flatMap(\.partitions)
  }

  func heartbeat(_ member: String, _ generation: Int32, instance: String? = nil) -> ErrorCode {
    var request = HeartbeatRequest()
    (request.groupID, request.memberID, request.generationID) = ("g", member, generation)
    request.groupInstanceID = instance
    do throws(CoordinatorError) {
      return take(try coordinator.heartbeat(request, by: caller())).errorCode
    } catch { return error.code }
  }

  func leave(_ member: String, instance: String? = nil, version: Int16 = 5) throws -> [ErrorCode] {
    var request = LeaveGroupRequest()
    var field = LeaveGroupRequest.Member()
    (field.memberID, field.groupInstanceID) = (member, instance)
    (request.groupID, request.members, request.memberID) = ("g", [field], member)
    let response = take(try coordinator.leaveGroup(request, version: version, by: caller()))
    return version < 3 ? [response.errorCode] : response.members.map(\.errorCode)
  }

  /// A stable classic group at generation 1 of two members, which have three partitions each.
  func startClassic(
    instance: String? = nil, metadata: ByteSlice? = nil, type: String = "consumer",
    userData: ByteSlice? = nil
  ) throws -> [String] {
    let first = join("", instance: instance, metadata: metadata, type: type)
    pass(0)
    let leader = try joined(first).memberID
    let second = join("", metadata: metadata, type: type)
    let again = join(leader, instance: instance, metadata: metadata, type: type)
    let members = [leader, try joined(second).memberID]
    let generation = try joined(again).generationID
    sync(members[1], generation, type: type)
    sync(
      leader, generation, instance: instance, type: type,
      assignments: [
        members[0]: Self.assignment([0, 1, 2], userData: userData),
        members[1]: Self.assignment([3, 4, 5]),
      ])
    #expect(state == "Stable")
    return members
  }
}
