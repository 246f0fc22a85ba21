internal import Synchronization
package import VarveBase

/// What members of share groups fetch again and again, remembered so that a request names only what
/// changed (KIP-932).
package final class ShareSessions: Sendable {
  /// Begins a session.
  static let firstEpoch: Int32 = 0
  /// Ends one.
  static let finalEpoch: Int32 = -1

  package struct Key: Hashable, Sendable {
    package let group: String
    package let member: String

    package init(group: String, member: String) {
      self.group = group
      self.member = member
    }
  }

  package struct Target: Hashable, Sendable {
    package let topicID: TopicID
    package let partition: Int32
  }

  private struct Session {
    /// What the next request has to say.
    var epoch: Int32 = 1
    /// In the order in which they are read: what had records goes to the end.
    var targets: [Target] = []
  }

  /// `group.share.max.share.sessions`.
  private let sessionsMax: Int
  private let state = Mutex([Key: Session]())

  package init(sessionsMax: Int = 2_000) { self.sessionsMax = sessionsMax }

  var count: Int { state.withLock { $0.count } }

  /// Takes a fetch's changes, and returns what is to be read.
  ///
  /// Throws SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, and SHARE_SESSION_LIMIT_REACHED
  /// where there are too many of them.
  func fetch(
    _ key: Key, epoch: Int32, adding added: [Target], forgetting forgotten: [Target]
  ) throws(ErrorCode) -> [Target] {
    try state.withLock { sessions throws(ErrorCode) in
      if epoch == Self.finalEpoch {
        guard let session = sessions.removeValue(forKey: key) else { throw .shareSessionNotFound }
        return session.targets
      }
      var session: Session
      if epoch == Self.firstEpoch {
        guard sessions[key] != nil || sessions.count < sessionsMax else {
          throw .shareSessionLimitReached
        }
        session = Session()
      } else {
        session = try Self.next(sessions[key], epoch)
      }
      let known = Set(session.targets)
      session.targets += added.filter { !known.contains($0) }
      if !forgotten.isEmpty {
        let forgotten = Set(forgotten)
        session.targets.removeAll { forgotten.contains($0) }
      }
      sessions[key] = session
      return session.targets
    }
  }

  /// Notes a request that only acknowledges. Returns what the session had, where it ends it.
  func acknowledge(_ key: Key, epoch: Int32) throws(ErrorCode) -> [Target] {
    try state.withLock { sessions throws(ErrorCode) in
      guard epoch != Self.firstEpoch else { throw .invalidShareSessionEpoch }
      if epoch == Self.finalEpoch {
        guard let session = sessions.removeValue(forKey: key) else { throw .shareSessionNotFound }
        return session.targets
      }
      sessions[key] = try Self.next(sessions[key], epoch)
      return []
    }
  }

  /// Has a partition read after the others the next time.
  func moveToEnd(_ targets: [Target], of key: Key) {
    guard !targets.isEmpty else { return }
    state.withLock { sessions in
      guard var session = sessions[key] else { return }
      let moved = Set(targets)
      session.targets =
        session.targets.filter { !moved.contains($0) } + session.targets.filter(moved.contains)
      sessions[key] = session
    }
  }

  private static func next(_ session: Session?, _ epoch: Int32) throws(ErrorCode) -> Session {
    guard var session else { throw .shareSessionNotFound }
    guard session.epoch == epoch else { throw .invalidShareSessionEpoch }
    session.epoch = epoch == Int32.max ? 1 : epoch + 1
    return session
  }
}
