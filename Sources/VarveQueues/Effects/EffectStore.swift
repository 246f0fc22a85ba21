public import Varve

/// A store outside of the log that takes what comes of records, and in the same transaction how far
/// their group is: a database, for which there are adapters in products of their own.
///
/// | product | store | trait | what is one |
/// | --- | --- | --- | --- |
/// | `VarveQueuesSQLite` | SQLite | `SQLite` | a transaction |
/// | `VarveQueuesPostgreSQL` | PostgreSQL | `PostgreSQL` | a transaction |
/// | `VarveQueuesRedis` | Redis | `Redis` | `MULTI`, under `WATCH` |
public protocol EffectStore: Sendable {
  /// What writes to the store, within a transaction.
  associatedtype Writer: EffectWriter

  /// Runs `body` in a transaction, on a thread that it may block: commits it when the body returns,
  /// and undoes it when the body throws.
  func withTransaction<Result: Sendable>(
    _ body: @escaping @Sendable (Writer) throws -> Result
  ) async throws -> Result
}

/// What an adapter keeps beside a program's own data, within a transaction.
public protocol EffectWriter {
  /// The offset that is next for a group in a partition; nil where the store knows nothing of them.
  /// Whoever else asks for it waits for this transaction, or makes it fail.
  func progress(of partition: TopicPartition, in group: String) throws -> Offset?

  /// Stores the offset that is next. Forgets ids whose time is over.
  func storeProgress(
    _ offset: Offset, of partition: TopicPartition, in group: String, now: Timestamp) throws

  /// Remembers an id; false where it is remembered already, and its time is not over.
  func remember(
    _ id: ByteSlice, in group: String, until expiry: Timestamp, now: Timestamp
  ) throws -> Bool
}
