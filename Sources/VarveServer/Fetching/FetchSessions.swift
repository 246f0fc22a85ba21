internal import Synchronization
internal import VarveBase
internal import VarveProtocol

/// The fetch sessions of all clients, up to a number of them: beyond it, clients do without.
final class FetchSessions: Sendable {
  /// `max.incremental.fetch.session.cache.slots`.
  static let sessionsMax = 1_000
  /// A session that was not used for so long may be taken from its client
  /// (`min.incremental.fetch.session.eviction.ms`).
  static let evictionMilliseconds: UInt64 = 120_000

  private let time: any TimeSource
  private let state = Mutex([Int32: Slot]())

  private struct Slot {
    let session: FetchSession
    /// Uptime, in milliseconds.
    var lastUsed: UInt64
  }

  init(_ time: any TimeSource) { self.time = time }

  private var uptime: UInt64 { time.monotonicNanoseconds / 1_000_000 }

  /// Remembers what a client asks for. Nil where there are too many sessions.
  func make(_ asked: [FetchSession.Asked], usesTopicIDs: Bool) -> FetchSession? {
    let now = uptime
    return state.withLock { slots in
      if slots.count >= Self.sessionsMax {
        guard let oldest = slots.min(by: { $0.value.lastUsed < $1.value.lastUsed }),
          now - oldest.value.lastUsed > Self.evictionMilliseconds
        else { return nil }
        slots[oldest.key] = nil
      }
      var id: Int32
      repeat { id = Int32.random(in: 1...Int32.max) } while slots[id] != nil
      let session = FetchSession(id, asked, usesTopicIDs: usesTopicIDs)
      slots[id] = Slot(session: session, lastUsed: now)
      return session
    }
  }

  func session(_ id: Int32) -> FetchSession? {
    let now = uptime
    return state.withLock { slots in
      slots[id]?.lastUsed = now
      return slots[id]?.session
    }
  }

  func remove(_ id: Int32) { state.withLock { _ = $0.removeValue(forKey: id) } }
}
