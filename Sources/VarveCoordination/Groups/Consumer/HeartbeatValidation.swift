internal import VarveBase
internal import VarveProtocol

extension ConsumerGroupHeartbeatRequest {
  /// Whether it says all that a member can say of itself, as one does that lost an answer.
  var saysAll: Bool {
    rebalanceTimeoutMilliseconds != -1
      && (subscribedTopicNames != nil || subscribedTopicRegex != nil) && topicPartitions != nil
  }

  /// Throws `INVALID_REQUEST` and `UNSUPPORTED_ASSIGNOR`, with Kafka's messages.
  func validate(_ settings: GroupSettings) throws(CoordinatorError) {
    if memberEpoch > 0 || memberEpoch == ConsumerGroupMember.left {
      try checkFilled(memberID, "MemberId")
    }
    try checkFilled(groupID, "GroupId")
    try checkFilled(instanceID, "InstanceId")
    try checkFilled(rackID, "RackId")
    switch memberEpoch {
    case 0: try validateJoin()
    case ConsumerGroupMember.leftForNow:
      if instanceID == nil { throw invalid("InstanceId can't be null.") }
    case ..<ConsumerGroupMember.leftForNow: throw invalid("MemberEpoch is invalid.")
    default: break
    }
    if let serverAssignor { try validate(serverAssignor, settings) }
  }

  /// A member may join without a subscription, by saying so.
  private func validateJoin() throws(CoordinatorError) {
    if rebalanceTimeoutMilliseconds == -1 {
      throw invalid("RebalanceTimeoutMs must be provided in first request.")
    }
    if topicPartitions?.isEmpty != true {
      throw invalid("TopicPartitions must be empty when (re-)joining.")
    }
    if subscribedTopicNames == nil, subscribedTopicRegex == nil {
      throw invalid(
        "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.")
    }
  }

  private func validate(
    _ assignor: String, _ settings: GroupSettings
  ) throws(CoordinatorError) {
    if settings.consumerAssignors.contains(assignor), Assignors.named(assignor) != nil { return }
    throw CoordinatorError(
      .unsupportedAssignor,
      """
      ServerAssignor \(assignor) is not supported. Supported assignors: \
      \(settings.consumerAssignors.joined(separator: ", ")).
      """)
  }

  private func checkFilled(_ value: String?, _ name: String) throws(CoordinatorError) {
    if let value, value.allSatisfy(\.isWhitespace) { throw invalid("\(name) can't be empty.") }
  }

  private func invalid(_ message: String) -> CoordinatorError {
    CoordinatorError(.invalidRequest, message)
  }
}
