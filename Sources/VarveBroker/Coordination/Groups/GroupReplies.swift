internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// The members of classic groups that wait for others of their group: for the next generation, or
/// for the leader's assignment.
final class GroupReplies: Sendable {
  private struct Waiting<Reply: Sendable>: Sendable {
    let partition: TopicPartition
    let reply: PendingReply<Reply>
  }

  private struct State {
    var joins: [RequestID: Waiting<JoinGroupResponse>] = [:]
    var syncs: [RequestID: Waiting<SyncGroupResponse>] = [:]
    /// Why nobody is answered any more.
    var closed: CoordinatorError?
  }

  private let state = Mutex(State())

  /// The answer to a join that is about to be asked for. `forget` comes after it.
  func join(_ request: RequestID, in partition: TopicPartition) -> PendingReply<JoinGroupResponse> {
    let reply = PendingReply<JoinGroupResponse>()
    let closed = state.withLock { state in
      state.joins[request] = Waiting(partition: partition, reply: reply)
      return state.closed
    }
    if let closed { reply.answer(.failure(closed)) }
    return reply
  }

  /// The same of a sync.
  func sync(_ request: RequestID, in partition: TopicPartition) -> PendingReply<SyncGroupResponse> {
    let reply = PendingReply<SyncGroupResponse>()
    let closed = state.withLock { state in
      state.syncs[request] = Waiting(partition: partition, reply: reply)
      return state.closed
    }
    if let closed { reply.answer(.failure(closed)) }
    return reply
  }

  func forget(_ request: RequestID) {
    state.withLock { state in
      state.joins[request] = nil
      state.syncs[request] = nil
    }
  }

  func perform(_ effects: [GroupEffect]) {
    for effect in effects {
      switch effect {
      case .join(let request, let result):
        state.withLock { $0.joins[request]?.reply }?.answer(result)
      case .sync(let request, let result):
        state.withLock { $0.syncs[request]?.reply }?.answer(result)
      }
    }
  }

  /// Answers all that wait, and those who will.
  func close(_ reason: CoordinatorError) {
    state.withLock { $0.closed = reason }
    fail(reason) { _ in true }
  }

  /// Answers all that wait for groups of a partition.
  func fail(_ reason: CoordinatorError, in partition: TopicPartition) {
    fail(reason) { $0 == partition }
  }

  private func fail(_ reason: CoordinatorError, where isMeant: (TopicPartition) -> Bool) {
    let (joins, syncs) = state.withLock { state in
      (
        state.joins.values.filter { isMeant($0.partition) },
        state.syncs.values.filter { isMeant($0.partition) }
      )
    }
    for waiting in joins { waiting.reply.answer(.failure(reason)) }
    for waiting in syncs { waiting.reply.answer(.failure(reason)) }
  }

  /// The part of one partition.
  func effects(of partition: TopicPartition) -> any CoordinatorEffects<GroupEffect> {
    PartitionReplies(all: self, partition: partition)
  }
}

private struct PartitionReplies: CoordinatorEffects {
  let all: GroupReplies
  let partition: TopicPartition

  func perform(_ effects: [GroupEffect]) { all.perform(effects) }
  func stateLost(_ reason: CoordinatorError) { all.fail(reason, in: partition) }
}
