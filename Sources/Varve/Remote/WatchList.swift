internal import VarveBase

/// Who waits for which records, and for which of them a broker is asked already.
///
/// Those who wait for the same record share the question. A broker that is asked answers after a
/// while whatever happened: a record that somebody still waits for is then asked for again.
struct WatchList {
  /// A record that may come.
  struct Watched: Hashable, Sendable {
    let partition: TopicPartition
    let topicID: TopicID
    let offset: Offset
  }

  typealias Continuation = CheckedContinuation<Void, Never>

  private var waiting: [Watched: [Int: Continuation]] = [:]
  private var asked: Set<Watched> = []
  private var cancelled: Set<Int> = []
  private var isClosed = false

  /// Adds somebody who waits; false where the wait is over before it begins.
  mutating func add(_ waiter: Int, for record: Watched, _ continuation: Continuation) -> Bool {
    if isClosed || cancelled.remove(waiter) != nil { return false }
    waiting[record, default: [:]][waiter] = continuation
    return true
  }

  /// Ends a wait, also one that has not begun.
  mutating func cancel(_ waiter: Int, for record: Watched) -> Continuation? {
    if let continuation = waiting[record]?.removeValue(forKey: waiter) {
      if waiting[record]?.isEmpty ?? false { waiting[record] = nil }
      return continuation
    }
    cancelled.insert(waiter)
    return nil
  }

  /// A wait has ended, however it did.
  mutating func forget(_ waiter: Int) { cancelled.remove(waiter) }

  /// The records that nobody is asked for yet.
  var unasked: [Watched] { waiting.keys.filter { !asked.contains($0) } }

  mutating func ask(_ records: [Watched]) { asked.formUnion(records) }

  /// Notes an answer, and returns those whose wait is over: all that waited for `ready`.
  mutating func answered(
    _ records: [Watched], ready: some Sequence<Watched>
  ) -> [Continuation] {
    asked.subtract(records)
    return ready.flatMap { waiting.removeValue(forKey: $0).map { Array($0.values) } ?? [] }
  }

  /// Ends all waits.
  mutating func close() -> [Continuation] {
    isClosed = true
    defer { waiting = [:] }
    return waiting.values.flatMap(\.values)
  }
}
