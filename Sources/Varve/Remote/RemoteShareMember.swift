internal import Synchronization
internal import VarveBase
internal import VarveClient
internal import VarveProtocol

/// A consumer of a share group behind Kafka's protocol: a member of the group, which keeps up with
/// it by heartbeats beside the polls, and has a session with each broker that leads partitions of
/// its.
final class RemoteShareMember: Sendable {
  let identity: ShareIdentity
  let topics: [TopicName]
  let cluster: RemoteCluster
  /// Signalled after every heartbeat, and when one is due before its time.
  let changes = ChangeSignal()
  /// Signalled when the next fetch may be sent.
  let turns = ChangeSignal()
  let state: Mutex<State>

  struct State {
    var membership: ShareMembership
    var isRunning = false
    var sessions: [BrokerAddress: RemoteShareSession] = [:]
    /// Whether there is a fetch on its way: two would end each other's waits.
    var isFetching = false
    /// Which of several brokers is asked next.
    var turn = 0
  }

  init(_ identity: ShareIdentity, topics: [TopicName], of cluster: RemoteCluster) {
    self.identity = identity
    self.topics = topics
    self.cluster = cluster
    state = Mutex(
      State(membership: ShareMembership(identity, topics: topics.map(\.description))))
  }

  var brokers: RemoteBrokers { cluster.brokers }

  /// Whether it has left the group, or the group will not have it.
  var isOver: Bool { state.withLock { $0.membership.isOver } }

  func session(at address: BrokerAddress) -> RemoteShareSession {
    state.withLock { state in
      if let session = state.sessions[address] { return session }
      let session = RemoteShareSession(with: address, of: identity, brokers)
      state.sessions[address] = session
      return session
    }
  }

  /// Says what became of records. Asked again where the answer was lost, which a broker that has
  /// done it answers as it does for records that are another's.
  func acknowledge(
    _ offsets: [ClosedRange<Offset>], of id: TopicPartition,
    as acknowledgement: ShareAcknowledgement
  ) async throws(VarveError) {
    let batches = offsets.map { ShareAcknowledgementBatch($0, as: acknowledgement) }
    try await cluster.persistently(about: id.topic) { () throws(VarveError) in
      let address = try cluster.leader(of: id)
      guard let topic = brokers.topic(id.topic) else {
        throw VarveError(
          .unknownTopicOrPartition, "there is no topic '\(id.topic)' any more", partition: id)
      }
      let answer = try await session(at: address).acknowledge(
        batches, of: AssignedPartition(topicID: topic.id, partition: id.partition),
        isRenewal: acknowledgement == .renew
      ).get()
      try cluster.check(
        answer.errorCode, "records of \(id) were not acknowledged", id, answer.errorMessage)
    }
  }

  /// Gives back what the member has, and leaves the group.
  func close() async throws(VarveError) {
    let sessions = state.withLock { $0.sessions.values }
    var failure: VarveError?
    for session in sessions {
      do throws(VarveError) { try await session.end() } catch { failure = failure ?? error }
    }
    await leave()
    brokers.end(.shares(identity))
    if let failure { throw failure }
  }
}
