internal import VarveBase
package import VarveCoordination
package import VarveProtocol

/// The groups of a broker: every request about them, for members in this process and over the wire.
///
/// Each request goes to the coordinator of its group, and is answered once what it decided counts
/// as done by the durability of `__consumer_offsets`. Errors of the whole request are thrown; those
/// of single groups and partitions are in the response.
package struct BrokerGroups: Sendable {
  let broker: Broker

  /// Who asks, as members are described.
  package struct Client: Sendable {
    package var clientID: String
    /// As Kafka writes addresses (`/127.0.0.1`).
    package var host: String

    package init(clientID: String, host: String) {
      self.clientID = clientID
      self.host = host
    }
  }

  /// The member joins, keeps up, or leaves (KIP-848).
  package func consumerGroupHeartbeat(
    _ request: ConsumerGroupHeartbeatRequest, from client: Client
  ) async throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    let caller = caller(client, newMemberID: request.memberID.isEmpty ? Self.newMemberID() : "")
    return try await shard(of: request.groupID).run { (state, now) throws(CoordinatorError) in
      try state.consumerGroupHeartbeat(request, by: caller.at(now))
    }
  }

  /// The member joins, keeps up, or leaves (KIP-932).
  package func shareGroupHeartbeat(
    _ request: ShareGroupHeartbeatRequest, from client: Client
  ) async throws(CoordinatorError) -> ShareGroupHeartbeatResponse {
    let caller = caller(client)
    return try await shard(of: request.groupID).run { (state, now) throws(CoordinatorError) in
      try state.shareGroupHeartbeat(request, by: caller.at(now))
    }
  }

  /// Joins a classic group's next generation, and suspends until it is complete. Cancelling the
  /// task ends the wait, not the membership: who does not come back is put out after its session.
  package func joinGroup(
    _ request: JoinGroupRequest, version: Int16, from client: Client
  ) async throws(CoordinatorError) -> JoinGroupResponse {
    let name = request.groupInstanceID ?? client.clientID
    let caller = caller(client, newMemberID: "\(name)-\(Self.newMemberID())")
    let shard = try shard(of: request.groupID)
    let replies = broker.coordination.groupReplies
    let later = replies.join(caller.request, in: shard.partition.id)
    defer { replies.forget(caller.request) }
    let reply = try await shard.run { (state, now) throws(CoordinatorError) in
      try state.joinGroup(request, version: version, by: caller.at(now))
    }
    if let reply { return reply }
    return try await later.wait()
  }

  /// Asks for the member's assignment, and suspends until the leader has brought it.
  package func syncGroup(
    _ request: SyncGroupRequest, from client: Client
  ) async throws(CoordinatorError) -> SyncGroupResponse {
    let caller = caller(client)
    let shard = try shard(of: request.groupID)
    let replies = broker.coordination.groupReplies
    let later = replies.sync(caller.request, in: shard.partition.id)
    defer { replies.forget(caller.request) }
    let reply = try await shard.run { (state, now) throws(CoordinatorError) in
      try state.syncGroup(request, by: caller.at(now))
    }
    if let reply { return reply }
    return try await later.wait()
  }

  package func heartbeat(
    _ request: HeartbeatRequest, from client: Client
  ) async throws(CoordinatorError) -> HeartbeatResponse {
    let caller = caller(client)
    return try await shard(of: request.groupID).run { (state, now) throws(CoordinatorError) in
      try state.heartbeat(request, by: caller.at(now))
    }
  }

  package func leaveGroup(
    _ request: LeaveGroupRequest, version: Int16, from client: Client
  ) async throws(CoordinatorError) -> LeaveGroupResponse {
    let caller = caller(client)
    return try await shard(of: request.groupID).run { (state, now) throws(CoordinatorError) in
      try state.leaveGroup(request, version: version, by: caller.at(now))
    }
  }

  func shard(of group: String) throws(CoordinatorError) -> CoordinatorShard<GroupCoordinator> {
    try broker.coordination.groups.shard(of: group, in: broker)
  }

  /// `newMemberID` is for requests that may make a member alone: making one up takes time.
  func caller(_ client: Client, newMemberID: String = "") -> Caller {
    Caller(
      request: broker.coordination.nextRequest(), clientID: client.clientID, host: client.host,
      now: Moment(broker.time), newMemberID: newMemberID)
  }

  private static func newMemberID() -> String {
    var generator = SystemRandomNumberGenerator()
    return TopicID(using: &generator).description
  }
}

extension Caller {
  /// The same, at the moment at which the coordinator takes the request up.
  func at(_ now: Moment) -> Caller {
    var caller = self
    caller.now = now
    return caller
  }
}

extension Broker {
  package var groups: BrokerGroups { BrokerGroups(broker: self) }
}
