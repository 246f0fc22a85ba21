import Testing
import Varve
import VarveBase
import VarveProtocol

/// Goal: rebalances over the wire answer as Kafka's do, where brokers are known to fail. Oracle:
/// the answers that Kafka documents for each state of a classic group.
@Suite struct RebalanceTests {
  private static let configs = [
    "group.initial.rebalance.delay.ms": "0", "group.max.session.timeout.ms": "1800000",
  ]

  @Test("G26: a commit during a rebalance is taken until partitions are given up, then refused")
  func commit() async throws {
    try await ServedBroker.run(serverConfig: Self.configs) { served in
      try await served.varve.createTopic("t", partitions: 2)
      let port = served.port
      let codes = try await served.client { client -> [ErrorCode] in
        var first = WireMember(client, group: "g", topic: "t")
        try first.settle(partitionCount: 2)
        var second = WireMember(try WireClient(port: port), group: "g", topic: "t")
        let joining = try second.postJoin()
        while try first.heartbeat() != .rebalanceInProgress {}
        // Prepared: the member still has its partitions.
        let prepared = try first.commit(1)
        let older = first
        let code = try first.join()
        #expect(code == ErrorCode.none)
        let other = try second.takeJoin(joining)
        #expect(other == ErrorCode.none)
        // Joined, and nobody knows yet who has what.
        let completing = try first.commit(2)
        let late = try older.commit(3)
        let stranger = try WireMember(client, group: "g", topic: "t").commit(4)
        return [prepared, completing, late, stranger]
      }
      #expect(
        codes == [.none, .rebalanceInProgress, .illegalGeneration, .unknownMemberID])
      let offsets = try await served.varve.committedOffsets(of: "g")
      #expect(offsets.values.map(\.offset) == [1])
    }
  }

  @Test("G26: a SyncGroup answer never loses an assignment", arguments: [true, false])
  func sync(leaderIsFirst: Bool) async throws {
    try await ServedBroker.run(serverConfig: Self.configs) { served in
      try await served.varve.createTopic("t", partitions: 2)
      let port = served.port
      try await served.client { client in
        var (leader, follower) = try Self.joinedPair(client, port)
        let assigned: [String: Set<Int32>] = [leader.id: [0], follower.id: [1]]
        var asked: Int32?
        if !leaderIsFirst {
          asked = try follower.client.post(follower.syncRequest([:]), version: 5)
        }
        let brought: SyncGroupResponse = try leader.client.ask(
          leader.syncRequest(assigned), version: 5)
        let ticket = try asked ?? follower.client.post(follower.syncRequest([:]), version: 5)
        let got = try follower.client.take(
          SyncGroupResponse.self, version: 5, correlationID: ticket)
        let codes = [try leader.takeSync(brought), try follower.takeSync(got)]
        #expect(codes == [.none, .none])
        #expect(leader.partitions == [0] && follower.partitions == [1])
        // Whoever asks again, for an answer that was lost, gets it again.
        for var member in [follower, leader, follower] {
          let again: SyncGroupResponse = try member.client.ask(
            member.syncRequest([:]), version: 5)
          let before = member.partitions
          let code = try member.takeSync(again)
          #expect(code == ErrorCode.none && member.partitions == before)
        }
      }
    }
  }

  /// Two members of one generation that have joined and not synced, its leader first.
  private static func joinedPair(
    _ client: WireClient, _ port: UInt16
  ) throws -> (WireMember, WireMember) {
    var first = WireMember(client, group: "g", topic: "t")
    try first.settle(partitionCount: 2)
    var second = WireMember(try WireClient(port: port), group: "g", topic: "t")
    let joining = try second.postJoin()
    while try first.heartbeat() != .rebalanceInProgress {}
    let codes = [try first.join(), try second.takeJoin(joining)]
    try #require(codes == [.none, .none] && first.generation == second.generation)
    return first.members.isEmpty ? (second, first) : (first, second)
  }
}
