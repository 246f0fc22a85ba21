internal import Synchronization
package import VarveBase

/// Whether clients keep to their quotas, for all loops of a server. Costs one look at a number
/// where there are none.
package final class ClientQuotas: Sendable {
  /// As many buckets are kept before some are let go.
  private static let bucketsMax = 10_000
  private static let secondsAtOnce = 10.0
  /// Longer names share a bucket with those that begin likewise.
  private static let nameBytesMax = 256

  private struct State {
    var table = QuotaTable()
    var buckets: [Key: QuotaBucket] = [:]
  }

  private struct Key: Hashable {
    let kind: QuotaKind
    let user: String?
    let clientID: String?

    init(_ kind: QuotaKind, _ match: QuotaTable.Match) {
      self.kind = kind
      user = match.user.map(Self.short)
      clientID = match.clientID.map(Self.short)
    }

    private static func short(_ name: String) -> String {
      guard name.utf8.count > nameBytesMax else { return name }
      return String(decoding: name.utf8.prefix(nameBytesMax), as: UTF8.self)
    }
  }

  private let time: any TimeSource
  private let state = Mutex(State())
  private let hasAny = Atomic(false)

  package init(_ time: any TimeSource) { self.time = time }

  /// Takes other quotas, which hold from now on. They are asked for while no other change is taken,
  /// so that of two at once the later one stays.
  package func update(_ table: () -> QuotaTable) {
    state.withLock { state in
      state.table = table()
      hasAny.store(!state.table.isEmpty, ordering: .relaxed)
    }
  }

  /// Whether there is no quota at all.
  package var isEmpty: Bool { !hasAny.load(ordering: .relaxed) }

  /// The most that a client should be given at once: what Kafka's ten samples allow it. Nil where
  /// no quota holds for it.
  package func amountMax(of kind: QuotaKind, user: String, clientID: String) -> Double? {
    guard !isEmpty else { return nil }
    return state.withLock { $0.table.match(kind, user: user, clientID: clientID) }
      .map { $0.limit * Self.secondsAtOnce }
  }

  /// Counts what a client did. Returns for how many milliseconds it has to wait.
  package func take(
    _ amount: Double, of kind: QuotaKind, user: String, clientID: String
  ) -> Int64 {
    guard !isEmpty else { return 0 }
    let now = time.monotonicNanoseconds
    return state.withLock { state in
      guard let match = state.table.match(kind, user: user, clientID: clientID) else { return 0 }
      let key = Key(kind, match)
      if state.buckets[key] == nil { Self.makeRoom(in: &state.buckets, at: now) }
      let wait = state.buckets[key, default: QuotaBucket(limit: match.limit, at: now)]
        .take(amount, limit: match.limit, at: now)
      return min(wait, kind.waitMillisecondsMax)
    }
  }

  /// Lets buckets go where there are too many: those that are full, as a new one is; and where that
  /// does not help, those of client ids, whose clients might as well take another name.
  private static func makeRoom(in buckets: inout [Key: QuotaBucket], at now: UInt64) {
    guard buckets.count >= bucketsMax else { return }
    buckets = buckets.filter { !$0.value.isFull(at: now) }
    if buckets.count > bucketsMax / 2 { buckets = buckets.filter { $0.key.clientID == nil } }
  }
}
