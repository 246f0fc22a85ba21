#if SQLite
  public import Varve
  public import VarveQueues

  /// A SQLite database that records are processed into, with the progress of their groups in the
  /// same transactions.
  ///
  /// ```swift
  /// let database = try await SQLiteStore(path: "billing.db")
  /// try await varve.process(group: "billing", topics: ["orders"], into: database) { order, row in
  ///   try row.execute("INSERT INTO bills (customer) VALUES (?)", [.text(order.keyText ?? "")])
  /// }
  /// ```
  ///
  /// Beside the program's tables it has two of its own, `varve_progress` and `varve_processed`.
  /// SQLite's work is done on a thread of the store's. How durable a transaction is SQLite's
  /// settings say, `PRAGMA synchronous` say.
  public final class SQLiteStore: EffectStore {
    private let queue = BlockingQueue("varve.sqlite")
    private let connection: Confined

    /// Opens a database, or makes a new one where there is no file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - busyTimeout: how long to wait for others who write to it.
    /// - Throws: `.store`, with SQLite's words.
    public init(path: String, busyTimeout: Duration = .seconds(5)) async throws {
      let milliseconds = Int32(clamping: busyTimeout.components.seconds * 1000)
      connection = try await queue.run {
        let connection = try SQLiteConnection(path: path, busyMilliseconds: milliseconds)
        for statement in SQLiteWriter.schema { _ = try connection.run(statement, []) }
        return Confined(connection)
      }
    }

    public func withTransaction<Result: Sendable>(
      _ body: @escaping @Sendable (SQLiteWriter) throws -> Result
    ) async throws -> Result {
      try await queue.run { [connection] in
        let connection = connection.value
        // At once for writing, so that nobody else reads the progress that this one changes.
        _ = try connection.run("BEGIN IMMEDIATE", [])
        do {
          let result = try body(SQLiteWriter(connection))
          _ = try connection.run("COMMIT", [])
          return result
        } catch {
          // Where SQLite has undone it already it refuses, which changes nothing.
          _ = try? connection.run("ROLLBACK", [])
          throw error
        }
      }
    }

    /// A connection, which only work of the store's queue touches.
    private final class Confined: @unchecked Sendable {
      // Safety: it is read in work of the queue alone, of which one piece runs at a time.
      let value: SQLiteConnection

      init(_ value: SQLiteConnection) { self.value = value }
    }
  }

  /// Writes to the database, within a transaction; of no use after it.
  public struct SQLiteWriter: EffectWriter {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// Runs a statement with values for its parameters. Returns its rows, of which most statements
    /// have none. It is not to end the transaction.
    ///
    /// Throws `.store`, with SQLite's words.
    @discardableResult
    public func execute(
      _ sql: String, _ values: [SQLiteValue] = []
    ) throws(QueueError) -> [[SQLiteValue]] {
      try connection.run(sql, values)
    }

    static let schema = [
      """
      CREATE TABLE IF NOT EXISTS varve_progress (
        consumer_group TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
        next_offset INTEGER NOT NULL, PRIMARY KEY (consumer_group, topic, partition)
      ) WITHOUT ROWID
      """,
      """
      CREATE TABLE IF NOT EXISTS varve_processed (
        consumer_group TEXT NOT NULL, id BLOB NOT NULL, expires INTEGER NOT NULL,
        PRIMARY KEY (consumer_group, id)
      ) WITHOUT ROWID
      """,
      "CREATE INDEX IF NOT EXISTS varve_processed_expires ON varve_processed (expires)",
    ]

    public func progress(
      of partition: TopicPartition, in group: String
    ) throws(QueueError) -> Offset? {
      let rows = try execute(
        """
        SELECT next_offset FROM varve_progress
        WHERE consumer_group = ? AND topic = ? AND partition = ?
        """,
        [.text(group), .text(partition.topic.description), .integer(Int64(partition.partition))])
      guard case .integer(let offset)? = rows.first?.first else { return nil }
      return Offset(offset)
    }

    public func storeProgress(
      _ offset: Offset, of partition: TopicPartition, in group: String, now: Timestamp
    ) throws(QueueError) {
      try execute(
        """
        INSERT INTO varve_progress (consumer_group, topic, partition, next_offset)
        VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset
        """,
        [
          .text(group), .text(partition.topic.description), .integer(Int64(partition.partition)),
          .integer(offset.rawValue),
        ])
      try execute("DELETE FROM varve_processed WHERE expires <= ?", [.integer(now.rawValue)])
    }

    public func remember(
      _ id: ByteSlice, in group: String, until expiry: Timestamp, now: Timestamp
    ) throws(QueueError) -> Bool {
      let rows = try execute(
        """
        INSERT INTO varve_processed (consumer_group, id, expires) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET expires = excluded.expires WHERE expires <= ?
        RETURNING 1
        """,
        [.text(group), .blob(id), .integer(expiry.rawValue), .integer(now.rawValue)])
      return !rows.isEmpty
    }
  }
#endif
