internal import Varve

/// Reads what is committed in a partition, up to its end, again and again.
struct CommittedTail: Sendable {
  private let varve: Varve
  private let topic: String
  private let partition: Int32
  private var reader: BatchReader

  /// From the partition's start.
  init(_ varve: Varve, topic: String, partition: Int32) async throws(QueueError) {
    self.varve = varve
    self.topic = topic
    self.partition = partition
    do {
      reader = try await varve.reader(
        topic, partition: partition, from: .earliest, isolation: .readCommitted)
    } catch { throw QueueError(error) }
  }

  /// Hands out what was committed since the last time, up to what is the partition's end now: a
  /// transaction that is open there is waited for, since it may be committed already for its
  /// producer.
  mutating func catchUp(_ apply: (ConsumedBatch) -> Void) async throws(QueueError) {
    let end = try await end()
    var backoff = Backoff(most: .max)
    while true {
      while let batch = try await next() { apply(batch) }
      if reader.position >= end { return }
      _ = backoff.next()
      try await backoff.pause()
    }
  }

  private func end() async throws(QueueError) -> Offset {
    do { return try await varve.latestOffset(of: topic, partition: partition) } catch {
      throw QueueError(error)
    }
  }

  private mutating func next() async throws(QueueError) -> ConsumedBatch? {
    do { return try await reader.fetch() } catch { throw QueueError(error) }
  }
}
