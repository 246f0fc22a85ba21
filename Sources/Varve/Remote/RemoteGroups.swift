internal import VarveBase
internal import VarveClient
internal import VarveCoordination
internal import VarveProtocol

/// The coordinators of groups behind Kafka's protocol.
///
/// Each group has a coordinator among the brokers. One that has moved, or cannot be reached, is
/// looked for again with the next request: those who ask repeat what may be repeated.
struct RemoteGroups: GroupClient {
  let brokers: RemoteBrokers

  func heartbeat(
    _ request: ConsumerGroupHeartbeatRequest
  ) async throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    let response = try await ask(request, of: request.groupID)
    try check(response.errorCode, response.errorMessage, request.groupID)
    return response
  }

  /// Of a member of a share group (KIP-932).
  func heartbeat(
    _ request: ShareGroupHeartbeatRequest
  ) async throws(CoordinatorError) -> ShareGroupHeartbeatResponse {
    let response = try await ask(request, of: request.groupID)
    try check(response.errorCode, response.errorMessage, request.groupID)
    return response
  }

  /// Where a share group is in all its partitions.
  func shareOffsets(
    of group: String
  ) async throws(CoordinatorError) -> [DescribeShareGroupOffsetsResponse.Group.Topic] {
    var asked = DescribeShareGroupOffsetsRequest.Group()
    asked.groupID = group
    var request = DescribeShareGroupOffsetsRequest()
    request.groups = [asked]
    let response = try await ask(request, of: group)
    for answer in response.groups { try check(answer.errorCode, answer.errorMessage, group) }
    return response.groups.flatMap(\.topics)
  }

  /// Wakes what is parked under a token. Nil where the broker does not know what that is.
  func unpark(
    _ token: String, of group: String
  ) async throws(CoordinatorError) -> Int? {
    var request = AlterShareGroupOffsetsRequest()
    (request.groupID, request.token) = (group, token)
    let response = try await ask(request, of: group)
    try check(response.errorCode, response.errorMessage, group)
    return response.wokenCount < 0 ? nil : Int(response.wokenCount)
  }

  /// What a record is a copy of.
  func first(
    ofCopyAt offset: Offset, in partition: TopicPartition, of group: String
  ) async throws(CoordinatorError) -> Offset? {
    var topic = DescribeShareGroupOffsetsRequest.Group.Topic()
    topic.name = partition.topic.description
    (topic.partitions, topic.copies) = ([partition.partition], [offset])
    var asked = DescribeShareGroupOffsetsRequest.Group()
    (asked.groupID, asked.topics) = (group, [topic])
    var request = DescribeShareGroupOffsetsRequest()
    request.groups = [asked]
    let response = try await ask(request, of: group)
    for answer in response.groups { try check(answer.errorCode, answer.errorMessage, group) }
    guard let answer = response.groups.flatMap(\.topics).flatMap(\.partitions).first else {
      return nil
    }
    try check(answer.errorCode, answer.errorMessage, group)
    return answer.firstOffset < 0 ? nil : answer.firstOffset
  }

  /// Nobody can tell: heartbeats bring the news.
  func waitForChange(of group: String, after version: Int) async {
    await ChangeSignal().wait(after: version)
  }

  func version(of group: String) -> Int { 0 }

  func commitOffsets(
    _ request: OffsetCommitRequest
  ) async throws(CoordinatorError) -> OffsetCommitResponse {
    let response = try await ask(request, of: request.groupID)
    try check(ofWhole: response.topics.flatMap(\.partitions).map(\.errorCode), request.groupID)
    return response
  }

  func fetchOffsets(
    _ request: OffsetFetchRequest
  ) async throws(CoordinatorError) -> OffsetFetchResponse {
    var all = OffsetFetchResponse()
    for group in request.groups {
      var single = request
      single.groups = [group]
      let response = try await ask(single, of: group.groupID)
      try check(ofWhole: response.groups.map(\.errorCode), group.groupID)
      all.groups += response.groups
    }
    return all
  }

  func deleteOffsets(
    _ request: OffsetDeleteRequest
  ) async throws(CoordinatorError) -> OffsetDeleteResponse {
    let response = try await ask(request, of: request.groupID)
    try check(response.errorCode, nil, request.groupID)
    return response
  }

  /// Every broker tells of the groups that it coordinates.
  func list(_ request: ListGroupsRequest) async throws(CoordinatorError) -> ListGroupsResponse {
    var all = ListGroupsResponse()
    do throws(ClientError) {
      try await brokers.refresh([])
      for address in brokers.addresses {
        let response = try await brokers.ask(request, at: address)
        guard response.errorCode == .none else {
          all.errorCode = response.errorCode
          continue
        }
        all.groups += response.groups
      }
    } catch { throw CoordinatorError(error) }
    guard all.errorCode == .none else {
      throw CoordinatorError(all.errorCode, "not all groups can be listed")
    }
    all.groups.sort { $0.groupID < $1.groupID }
    return all
  }

  func describe(
    _ request: ConsumerGroupDescribeRequest
  ) async throws(CoordinatorError) -> ConsumerGroupDescribeResponse {
    var all = ConsumerGroupDescribeResponse()
    for group in request.groupIDs {
      var single = request
      single.groupIDs = [group]
      let response = try await ask(single, of: group)
      try check(ofWhole: response.groups.map(\.errorCode), group)
      all.groups += response.groups
    }
    return all
  }

  func describe(
    _ request: ShareGroupDescribeRequest
  ) async throws(CoordinatorError) -> ShareGroupDescribeResponse {
    var all = ShareGroupDescribeResponse()
    for group in request.groupIDs {
      var single = request
      single.groupIDs = [group]
      let response = try await ask(single, of: group)
      try check(ofWhole: response.groups.map(\.errorCode), group)
      all.groups += response.groups
    }
    return all
  }

  func describe(
    _ request: DescribeGroupsRequest
  ) async throws(CoordinatorError) -> DescribeGroupsResponse {
    var all = DescribeGroupsResponse()
    for group in request.groups {
      var single = request
      single.groups = [group]
      let response = try await ask(single, of: group)
      try check(ofWhole: response.groups.map(\.errorCode), group)
      all.groups += response.groups
    }
    return all
  }

  func delete(
    _ request: DeleteGroupsRequest
  ) async throws(CoordinatorError) -> DeleteGroupsResponse {
    var all = DeleteGroupsResponse()
    for group in request.groupsNames {
      var single = request
      single.groupsNames = [group]
      let response = try await ask(single, of: group)
      try check(ofWhole: response.results.map(\.errorCode), group)
      all.results += response.results
    }
    return all
  }
}

extension RemoteGroups {
  private func ask<Asked: Question>(
    _ question: Asked, of group: String
  ) async throws(CoordinatorError) -> Asked.Reply {
    do throws(CoordinatorFailure) {
      return try await brokers.ask(question, coordinating: .group(group))
    } catch { throw CoordinatorError(error, of: "group '\(group)'") }
  }

  private func check(
    _ code: ErrorCode, _ message: String?, _ group: String
  ) throws(CoordinatorError) {
    guard code != .none else { return }
    if code.isOfCoordinators { brokers.forget(.group(group)) }
    throw CoordinatorError(code, "group '\(group)': \(message ?? code.kafkaName)")
  }

  /// What stands with each part of an answer, but is of the whole.
  private func check(ofWhole codes: [ErrorCode], _ group: String) throws(CoordinatorError) {
    for code in codes where code.isOfCoordinators || code.isOfMembers {
      try check(code, nil, group)
    }
  }
}

extension ErrorCode {
  /// Whether another broker is to be asked, or the same one later.
  var isOfCoordinators: Bool {
    switch self {
    case .notCoordinator, .coordinatorNotAvailable, .coordinatorLoadInProgress: true
    default: false
    }
  }

  /// Whether it is the member that is refused, not what it asks for.
  fileprivate var isOfMembers: Bool {
    switch self {
    case .unknownMemberID, .staleMemberEpoch, .fencedMemberEpoch, .illegalGeneration,
      .fencedInstanceID, .rebalanceInProgress:
      true
    default: false
    }
  }
}
