import Synchronization
import Varve
import VarveBase
import VarveCoordination
import VarveProtocol

/// A coordinator of groups in a few lines, as KIP-848 has it, that does what a test tells it to:
/// partitions are dealt in turn, and nobody gets one before it was given up.
final class ModelGroups: GroupClient {
  private let partitions: [AssignedPartition]
  private let state = Mutex(State())

  private struct State {
    var members: [String: Member] = [:]
    var epoch: Int32 = 0
    var version = 0
    var committed: [String: OffsetAndMetadata] = [:]
    var faults: [CoordinatorError] = []
    var commitFaults: [CoordinatorError] = []
    var commits: [[String: OffsetAndMetadata]] = []
    var left: [Int32] = []
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
    /// Every moment at which two members had one partition.
    var conflicts = 0
  }

  private struct Member {
    var epoch: Int32 = 0
    var owned: Set<AssignedPartition> = []
    var given: Set<AssignedPartition> = []
    var isFenced = false
  }

  init(_ topics: [TopicInfo]) {
    partitions = topics.flatMap { topic in
      (0..<topic.partitionCount).map { AssignedPartition(topicID: topic.id, partition: $0) }
    }
  }

  // MARK: What tests ask and do

  var memberCount: Int { state.withLock { $0.members.count } }
  var conflicts: Int { state.withLock { $0.conflicts } }
  /// The epochs that members left with.
  var leaves: [Int32] { state.withLock { $0.left } }
  /// Commits in their order, by `topic-partition`.
  var commits: [[String: OffsetAndMetadata]] { state.withLock { $0.commits } }
  var committed: [String: Int64] {
    state.withLock { $0.committed.mapValues { $0.offset.rawValue } }
  }

  /// The next heartbeat gets this error.
  func failHeartbeat(_ code: ErrorCode) {
    state.withLock { $0.faults.append(CoordinatorError(code, "planted")) }
    touch()
  }

  func failCommit(_ code: ErrorCode) {
    state.withLock { $0.commitFaults.append(CoordinatorError(code, "planted")) }
  }

  /// The group goes on without its members, who learn it with their next heartbeat.
  func fenceAll() {
    state.withLock { state in
      for id in state.members.keys {
        state.members[id]?.isFenced = true
        state.members[id]?.owned = []
        state.members[id]?.given = []
      }
    }
    touch()
  }

  // MARK: The protocol

  func heartbeat(
    _ request: ConsumerGroupHeartbeatRequest
  ) async throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    let (answer, isNews) = state.withLock { state in
      let before = state.epoch
      let answer = Result { () throws(CoordinatorError) in try self.answer(request, &state) }
      return (answer, state.epoch != before || request.topicPartitions != nil)
    }
    if isNews { touch() }
    return try answer.get()
  }

  private func answer(
    _ request: ConsumerGroupHeartbeatRequest, _ state: inout State
  ) throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    var response = ConsumerGroupHeartbeatResponse()
    response.heartbeatIntervalMilliseconds = 5_000
    response.memberID = request.memberID
    if request.memberEpoch < 0 {
      state.members[request.memberID] = nil
      state.left.append(request.memberEpoch)
      state.epoch += 1
      response.memberEpoch = request.memberEpoch
      return response
    }
    if !state.faults.isEmpty { throw state.faults.removeFirst() }
    if request.memberEpoch == 0 {
      state.members[request.memberID] = Member()
      state.epoch += 1
    }
    guard var member = state.members[request.memberID] else {
      throw CoordinatorError(.unknownMemberID, "\(request.memberID) is not a member")
    }
    if member.isFenced { throw CoordinatorError(.fencedMemberEpoch, "fenced") }
    if let owned = request.topicPartitions {
      member.owned = Set(
        owned.flatMap { topic in
          topic.partitions.map { AssignedPartition(topicID: topic.topicID, partition: $0) }
        })
      member.given = member.given.intersection(share(of: request.memberID, state))
        .union(member.owned)
    }
    let others = state.members.filter { $0.key != request.memberID }.values
    let taken = others.reduce(into: Set<AssignedPartition>()) { $0.formUnion($1.given) }
    if !taken.isDisjoint(with: member.owned) { state.conflicts += 1 }
    let share = share(of: request.memberID, state)
    let target = share.subtracting(taken)
    // What it has to give up stays its own until it says that it has.
    member.given = target.union(member.owned)
    member.epoch = state.epoch
    state.members[request.memberID] = member
    response.memberEpoch = state.epoch
    response.assignment = Self.assignment(target)
    return response
  }

  private func share(of id: String, _ state: State) -> Set<AssignedPartition> {
    let ids = state.members.keys.sorted()
    return Set(
      partitions.enumerated().filter { ids[$0.offset % ids.count] == id }.map(\.element))
  }

  private static func assignment(
    _ partitions: Set<AssignedPartition>
  ) -> ConsumerGroupHeartbeatResponse.Assignment {
    var assignment = ConsumerGroupHeartbeatResponse.Assignment()
    assignment.topicPartitions = Dictionary(grouping: partitions, by: \.topicID).map { id, list in
      var topic = ConsumerGroupHeartbeatResponse.TopicPartition()
      topic.topicID = id
      topic.partitions = list.map(\.partition).sorted()
      return topic
    }
    return assignment
  }

  func commitOffsets(
    _ request: OffsetCommitRequest
  ) async throws(CoordinatorError) -> OffsetCommitResponse {
    try state.withLock { state throws(CoordinatorError) in
      if !state.commitFaults.isEmpty { throw state.commitFaults.removeFirst() }
      guard let member = state.members[request.memberID], !member.isFenced else {
        throw CoordinatorError(.unknownMemberID, "\(request.memberID) is not a member")
      }
      guard member.epoch == request.generationIDOrMemberEpoch else {
        throw CoordinatorError(.staleMemberEpoch, "epoch \(request.generationIDOrMemberEpoch)")
      }
      var commit: [String: OffsetAndMetadata] = [:]
      for topic in request.topics {
        for partition in topic.partitions {
          commit["\(topic.name)-\(partition.partitionIndex)"] = OffsetAndMetadata(
            partition.committedOffset, metadata: partition.committedMetadata ?? "")
        }
      }
      state.commits.append(commit)
      state.committed.merge(commit) { $1 }
    }
    return OffsetCommitResponse()
  }

  func fetchOffsets(
    _ request: OffsetFetchRequest
  ) async throws(CoordinatorError) -> OffsetFetchResponse {
    state.withLock { state in
      var response = OffsetFetchResponse()
      response.groups = request.groups.map { asked in
        var group = OffsetFetchResponse.Group()
        group.groupID = asked.groupID
        group.topics = (asked.topics ?? []).map { topic in
          var answer = OffsetFetchResponse.Group.Topic()
          answer.name = topic.name
          answer.partitions = topic.partitionIndexes.map { index in
            var partition = OffsetFetchResponse.Group.Topic.Partition()
            let committed = state.committed["\(topic.name)-\(index)"]
            partition.partitionIndex = index
            partition.committedOffset = committed?.offset ?? -1
            partition.metadata = committed?.metadata
            return partition
          }
          return answer
        }
        return group
      }
      return response
    }
  }

  func list(_ request: ListGroupsRequest) async throws(CoordinatorError) -> ListGroupsResponse {
    throw Self.refusal
  }
  func describe(
    _ request: ConsumerGroupDescribeRequest
  ) async throws(CoordinatorError) -> ConsumerGroupDescribeResponse { throw Self.refusal }
  func describe(
    _ request: ShareGroupDescribeRequest
  ) async throws(CoordinatorError) -> ShareGroupDescribeResponse { throw Self.refusal }
  func describe(
    _ request: DescribeGroupsRequest
  ) async throws(CoordinatorError) -> DescribeGroupsResponse { throw Self.refusal }
  func deleteOffsets(
    _ request: OffsetDeleteRequest
  ) async throws(CoordinatorError) -> OffsetDeleteResponse { throw Self.refusal }
  func delete(
    _ request: DeleteGroupsRequest
  ) async throws(CoordinatorError) -> DeleteGroupsResponse { throw Self.refusal }

  private static let refusal = CoordinatorError(.unsupportedVersion, "not part of the tests")

  // MARK: News

  func version(of group: String) -> Int { state.withLock { $0.version } }

  func waitForChange(of group: String, after version: Int) async {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.version > version || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  private func touch() {
    let waiters = state.withLock { state in
      state.version += 1
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }
}
