package import Varve

/// The ids that were processed of one partition, as its partition of a topic of marks has them: a
/// record each, whose key is the id and whose value says until when it is remembered, in
/// milliseconds since 1970 as text.
package struct ProcessedMarks: Sendable {
  private var ids = ExpiringIDs()
  private let time: any TimeSource

  /// Reads the marks that are committed, and waits for those that are about to be.
  package init(
    _ varve: Varve, topic: String, partition: Int32, time: any TimeSource = SystemTime()
  ) async throws(QueueError) {
    self.time = time
    var tail = try await CommittedTail(varve, topic: topic, partition: partition)
    var ids = ExpiringIDs()
    let now = time.now
    try await tail.catchUp { batch in
      for record in batch {
        guard let id = record.key, let expiry = Self.expiry(of: record), expiry > now else {
          continue
        }
        ids.insert(IDHash(id), until: expiry, now: now)
      }
    }
    self.ids = ids
  }

  /// Whether an id was processed, and its time is not over.
  package func contains(_ id: IDHash) -> Bool { ids.contains(id, at: time.now) }

  /// The memory that it takes.
  package var sizeInBytes: Int { ids.sizeInBytes }

  /// The ids' marks were committed.
  mutating func insert(_ marked: [IDHash: Timestamp]) {
    let now = time.now
    for (id, expiry) in marked { ids.insert(id, until: expiry, now: now) }
  }

  static func value(expiry: Timestamp) -> String { "\(expiry)" }

  private static func expiry(of record: Record) -> Timestamp? {
    record.text.flatMap { Int64($0) }.map { Timestamp($0) }
  }
}
