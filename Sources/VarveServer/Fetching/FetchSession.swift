internal import Synchronization
internal import VarveBase
internal import VarveProtocol

/// What a client fetches again and again, remembered so that a request names only what changed and
/// a response only what is new (KIP-227).
final class FetchSession: Sendable {
  let id: Int32
  private let state: Mutex<State>

  fileprivate struct State {
    /// What the client's next request has to say.
    var epoch: Int32 = 1
    let usesTopicIDs: Bool
    /// In the order in which they are read: what had records goes to the end, so that no partition
    /// keeps others from being read.
    var order: [FetchTarget.Key] = []
    var entries: [FetchTarget.Key: Entry] = [:]
  }

  struct Entry: Sendable {
    var asked: FetchRequest.Topic.Partition
    /// What the client was told last.
    var highWatermark: Offset = -1
    var logStartOffset: Offset = -1
  }

  typealias Asked = (key: FetchTarget.Key, asked: FetchRequest.Topic.Partition)

  init(_ id: Int32, _ asked: [Asked], usesTopicIDs: Bool) {
    self.id = id
    var state = State(usesTopicIDs: usesTopicIDs)
    for (key, asked) in asked { state.set(key, asked) }
    self.state = Mutex(state)
  }

  /// Takes a request's changes and returns what is to be read: nothing, where the session has no
  /// partition left. Throws where the request does not follow the one before.
  func change(
    epoch: Int32, _ changed: [Asked], forgotten: [FetchTarget.Key], usesTopicIDs: Bool
  ) throws(ErrorCode) -> [Asked] {
    try state.withLock { state throws(ErrorCode) in
      guard state.epoch == epoch else { throw .invalidFetchSessionEpoch }
      guard state.usesTopicIDs == usesTopicIDs else { throw .fetchSessionTopicIDError }
      state.epoch = epoch == Int32.max ? 1 : epoch + 1
      for (key, asked) in changed { state.set(key, asked) }
      if !forgotten.isEmpty { state.forget(Set(forgotten)) }
      return state.order.compactMap { key in state.entries[key].map { (key, $0.asked) } }
    }
  }

  /// Notes what the client is told of the partitions, and says which of it is new.
  func isNew(_ key: FetchTarget.Key, _ answer: FetchResponse.Topic.Partition) -> Bool {
    state.withLock { state in
      guard var entry = state.entries[key] else { return true }
      let hasRecords = answer.records?.isEmpty == false
      let isNew =
        hasRecords || answer.errorCode != .none || answer.highWatermark != entry.highWatermark
        || answer.logStartOffset != entry.logStartOffset
      // After an error, the partition is told of again once it is over.
      entry.highWatermark = answer.errorCode == .none ? answer.highWatermark : -1
      entry.logStartOffset = answer.logStartOffset
      state.entries[key] = entry
      return isNew
    }
  }

  /// Has partitions read after the others the next time.
  func moveToEnd(_ keys: Set<FetchTarget.Key>) {
    guard !keys.isEmpty else { return }
    state.withLock { state in
      state.order =
        state.order.filter { !keys.contains($0) } + state.order.filter { keys.contains($0) }
    }
  }
}

extension FetchSession.State {
  fileprivate mutating func set(_ key: FetchTarget.Key, _ asked: FetchRequest.Topic.Partition) {
    if entries[key] == nil {
      order.append(key)
      entries[key] = FetchSession.Entry(asked: asked)
    } else {
      entries[key]?.asked = asked
    }
  }

  fileprivate mutating func forget(_ keys: Set<FetchTarget.Key>) {
    for key in keys { entries[key] = nil }
    order.removeAll { keys.contains($0) }
  }
}
