internal import VarveBase
package import VarveCoordination
package import VarveProtocol

extension GroupMembership {
  /// When `nextRequest` has something to send; nil while an answer is awaited, and while nothing is
  /// to be said.
  package var deadline: Int64? {
    guard awaited == nil else { return nil }
    switch phase {
    case .joining, .member, .leaving: return nextHeartbeat
    case .lost, .left, .failed: return nil
    }
  }

  /// Makes the next heartbeat due.
  package mutating func hasten() { nextHeartbeat = .min }

  /// The heartbeat that is due, which counts as sent.
  package mutating func nextRequest(at now: Int64) -> ConsumerGroupHeartbeatRequest? {
    guard let deadline, deadline <= now else { return nil }
    nextHeartbeat = .max
    var request = ConsumerGroupHeartbeatRequest()
    request.groupID = identity.group
    request.memberID = identity.memberID
    request.instanceID = identity.instanceID
    if phase == .leaving {
      awaited = .leave
      request.memberEpoch = isComingBack && identity.instanceID != nil ? -2 : -1
      return request
    }
    awaited = .heartbeat
    request.memberEpoch = epoch
    if reported == nil { describe(in: &request) }
    if reported != owned {
      request.topicPartitions = ConsumerGroupHeartbeatRequest.topicPartitions(owned)
    }
    reported = owned
    return request
  }

  /// What a coordinator that knows the member has heard already.
  private func describe(in request: inout ConsumerGroupHeartbeatRequest) {
    request.rebalanceTimeoutMilliseconds = identity.rebalanceTimeout
    request.serverAssignor = identity.assignor
    switch identity.subscription {
    case .topics(let names): request.subscribedTopicNames = names
    case .pattern(let pattern): request.subscribedTopicRegex = pattern
    }
  }

  /// Takes the answer to a heartbeat.
  package mutating func receive(_ response: ConsumerGroupHeartbeatResponse, at now: Int64) {
    failures.end()
    if answered() == .leave { return phase = .left }
    // What was asked before the member left is of no interest any more.
    guard phase == .joining || phase == .member else { return }
    // Unless there was news since the request.
    if nextHeartbeat == .max {
      nextHeartbeat = now + Int64(response.heartbeatIntervalMilliseconds)
    }
    phase = .member
    epoch = response.memberEpoch
    if let assignment = response.assignment { target = assignment.partitions }
  }

  /// Takes the error that a heartbeat was answered with.
  package mutating func receive(_ error: CoordinatorError, at now: Int64) {
    // A coordinator that does not take a goodbye forgets the member by itself.
    if answered() == .leave { return phase = .left }
    reported = nil
    guard phase == .joining || phase == .member else { return }
    switch error.code {
    case .fencedMemberEpoch, .unknownMemberID, .staleMemberEpoch:
      phase = .lost
    case .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator, .requestTimedOut,
      .networkException:
      guard let next = failures.next(at: now) else { return phase = .failed(error) }
      nextHeartbeat = next
    default:
      phase = .failed(error)
    }
  }

  private mutating func answered() -> Message? {
    defer { awaited = nil }
    answerCount += 1
    return awaited
  }
}
