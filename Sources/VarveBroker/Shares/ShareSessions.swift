internal import Synchronization
package import VarveBase

/// What members of share groups fetch again and again, remembered so that a request names only what
/// changed (KIP-932).
///
/// A session is of the connection that it was begun on, and ends with it.
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

  /// A connection, as sessions know it.
  package final class Owner: Sendable {
    package init() {}
  }

  typealias Hurry = @Sendable () -> Void

  /// A fetch's place in its session.
  struct Turn {
    /// What is to be read, or what the session had that it ends.
    let targets: [Target]
    /// What a session of another connection had that this one takes the place of: its answers may
    /// have been lost.
    let abandoned: [Target]
    fileprivate let session: Int
    fileprivate let nextEpoch: Int32
  }

  fileprivate struct Session {
    let id: Int
    let owner: Owner
    /// What the next request has to say.
    var epoch: Int32 = 1
    /// In the order in which they are read: what had records goes to the end.
    var targets: [Target] = []
    /// Ends the wait of a fetch.
    var hurry: Hurry?
  }

  fileprivate struct State {
    var sessions: [Key: Session] = [:]
    var lastID = 0
  }

  /// `group.share.max.share.sessions`.
  private let sessionsMax: Int
  private let state = Mutex(State())

  package init(sessionsMax: Int = 2_000) { self.sessionsMax = sessionsMax }

  var count: Int { state.withLock { $0.sessions.count } }

  /// Takes a fetch's changes, and returns what is to be read.
  ///
  /// Throws SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, and SHARE_SESSION_LIMIT_REACHED
  /// where there are too many of them.
  func fetch(
    _ key: Key, epoch: Int32, from owner: Owner, adding added: [Target],
    forgetting forgotten: [Target]
  ) throws(ErrorCode) -> Turn {
    let (turn, hurry) = try state.withLock { (state) throws(ErrorCode) -> (Turn, Hurry?) in
      let before = state.sessions[key]
      if epoch == Self.finalEpoch { return (try state.remove(key), before?.hurry) }
      var session: Session
      var abandoned: [Target] = []
      if epoch == Self.firstEpoch {
        guard before != nil || state.sessions.count < sessionsMax else {
          throw .shareSessionLimitReached
        }
        if let before, before.owner !== owner { abandoned = before.targets }
        state.lastID += 1
        session = Session(id: state.lastID, owner: owner)
      } else {
        session = try Self.next(before, epoch)
      }
      session.take(added, forgetting: forgotten)
      state.sessions[key] = session
      let turn = Turn(
        targets: session.targets, abandoned: abandoned, session: session.id,
        nextEpoch: session.epoch)
      return (turn, before?.hurry)
    }
    hurry?()
    return turn
  }

  /// Notes a request that only acknowledges. Returns what the session had, where it ends it.
  func acknowledge(_ key: Key, epoch: Int32) throws(ErrorCode) -> [Target] {
    let (ended, hurry) = try state.withLock { (state) throws(ErrorCode) -> ([Target], Hurry?) in
      guard epoch != Self.firstEpoch else { throw .invalidShareSessionEpoch }
      let before = state.sessions[key]
      if epoch == Self.finalEpoch { return (try state.remove(key).targets, before?.hurry) }
      state.sessions[key] = try Self.next(before, epoch)
      return ([], before?.hurry)
    }
    hurry?()
    return ended
  }

  /// Has a fetch that waits hear of the next request of its session, which is not to be held up by
  /// it. False where that has come already.
  func wait(_ turn: Turn, of key: Key, _ hurry: @escaping Hurry) -> Bool {
    state.withLock { state in
      guard let session = state.sessions[key], session.id == turn.session,
        session.epoch == turn.nextEpoch
      else { return false }
      state.sessions[key]?.hurry = hurry
      return true
    }
  }

  /// Whether the session of a fetch is still there.
  func goesOn(_ turn: Turn, of key: Key) -> Bool {
    state.withLock { $0.sessions[key]?.id == turn.session }
  }

  /// Ends the sessions of a connection, and returns what they had.
  func remove(of owner: Owner) -> [(key: Key, targets: [Target])] {
    state.withLock { state in
      let ended = state.sessions.filter { $0.value.owner === owner }
      for key in ended.keys { state.sessions[key] = nil }
      return ended.map { ($0.key, $0.value.targets) }
    }
  }

  /// Has a partition read after the others the next time.
  func moveToEnd(_ targets: [Target], of key: Key) {
    guard !targets.isEmpty else { return }
    state.withLock { state in
      guard var session = state.sessions[key] else { return }
      let moved = Set(targets)
      session.targets =
        session.targets.filter { !moved.contains($0) } + session.targets.filter(moved.contains)
      state.sessions[key] = session
    }
  }

  private static func next(_ session: Session?, _ epoch: Int32) throws(ErrorCode) -> Session {
    guard var session else { throw .shareSessionNotFound }
    guard session.epoch == epoch else { throw .invalidShareSessionEpoch }
    session.epoch = epoch == Int32.max ? 1 : epoch + 1
    session.hurry = nil
    return session
  }
}

extension ShareSessions.State {
  fileprivate mutating func remove(
    _ key: ShareSessions.Key
  ) throws(ErrorCode) -> ShareSessions.Turn {
    guard let session = sessions.removeValue(forKey: key) else { throw .shareSessionNotFound }
    return ShareSessions.Turn(
      targets: session.targets, abandoned: [], session: session.id, nextEpoch: session.epoch)
  }
}

extension ShareSessions.Session {
  fileprivate mutating func take(
    _ added: [ShareSessions.Target], forgetting forgotten: [ShareSessions.Target]
  ) {
    let known = Set(targets)
    targets += added.filter { !known.contains($0) }
    guard !forgotten.isEmpty else { return }
    let forgotten = Set(forgotten)
    targets.removeAll { forgotten.contains($0) }
  }
}
