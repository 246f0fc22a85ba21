#if PostgreSQL
  public import Varve
  public import VarveQueues

  /// A PostgreSQL database that records are processed into, with the progress of their groups in
  /// the same transactions.
  ///
  /// ```swift
  /// let database = try await PostgreSQLStore("host=127.0.0.1 dbname=billing")
  /// try await varve.process(group: "billing", topics: ["orders"], into: database) { order, row in
  ///   try row.execute("INSERT INTO bills (customer) VALUES ($1)", [order.keyText])
  /// }
  /// ```
  ///
  /// Beside the program's tables it has two of its own, `varve_progress` and `varve_processed`. A
  /// store has one connection, and a thread that waits for it.
  public final class PostgreSQLStore: EffectStore {
    private let queue = BlockingQueue("varve.postgresql")
    private let connection: Confined

    /// Connects, and makes the two tables where they are missing.
    ///
    /// - Parameter parameters: what libpq connects with: `host=… dbname=…`, or a URI.
    /// - Throws: `.store`, with PostgreSQL's words.
    public init(_ parameters: String) async throws {
      connection = try await queue.run {
        let connection = try PostgreSQLConnection(parameters)
        for statement in PostgreSQLWriter.schema { _ = try connection.run(statement, []) }
        return Confined(connection)
      }
    }

    public func withTransaction<Result: Sendable>(
      _ body: @escaping @Sendable (PostgreSQLWriter) throws -> Result
    ) async throws -> Result {
      try await queue.run { [connection] in
        let connection = connection.value
        try connection.reconnect()
        _ = try connection.run("BEGIN", [])
        do {
          let result = try body(PostgreSQLWriter(connection))
          _ = try connection.run("COMMIT", [])
          return result
        } catch {
          // Where the connection is gone the server undoes it.
          _ = try? connection.run("ROLLBACK", [])
          throw error
        }
      }
    }

    /// A connection, which only work of the store's queue touches.
    private final class Confined: @unchecked Sendable {
      // Safety: it is read in work of the queue alone, of which one piece runs at a time.
      let value: PostgreSQLConnection

      init(_ value: PostgreSQLConnection) { self.value = value }
    }
  }

  /// Writes to the database, within a transaction; of no use after it.
  public struct PostgreSQLWriter: EffectWriter {
    private let connection: PostgreSQLConnection

    init(_ connection: PostgreSQLConnection) { self.connection = connection }

    /// Runs a statement with texts for its parameters `$1`, `$2` and so on; nil for null. Returns
    /// its rows as texts, of which most statements have none. It is not to end the transaction.
    ///
    /// Throws `.store`, with PostgreSQL's words. The transaction is of no use then.
    @discardableResult
    public func execute(
      _ sql: String, _ values: [String?] = []
    ) throws(QueueError) -> [[String?]] {
      try connection.run(sql, values)
    }

    static let schema = [
      """
      CREATE TABLE IF NOT EXISTS varve_progress (
        consumer_group text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
        next_offset bigint NOT NULL, PRIMARY KEY (consumer_group, topic, partition)
      )
      """,
      """
      CREATE TABLE IF NOT EXISTS varve_processed (
        consumer_group text NOT NULL, id bytea NOT NULL, expires bigint NOT NULL,
        PRIMARY KEY (consumer_group, id)
      )
      """,
      "CREATE INDEX IF NOT EXISTS varve_processed_expires ON varve_processed (expires)",
    ]

    public func progress(
      of partition: TopicPartition, in group: String
    ) throws(QueueError) -> Offset? {
      let place = Self.place(partition, group)
      // A row to lock: who comes second waits for the transaction, and sees its progress.
      try execute(
        """
        INSERT INTO varve_progress (consumer_group, topic, partition, next_offset)
        VALUES ($1, $2, $3, -1) ON CONFLICT DO NOTHING
        """, place)
      let rows = try execute(
        """
        SELECT next_offset FROM varve_progress
        WHERE consumer_group = $1 AND topic = $2 AND partition = $3 FOR UPDATE
        """, place)
      return rows.first?.first?.flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : Offset($0) }
    }

    public func storeProgress(
      _ offset: Offset, of partition: TopicPartition, in group: String, now: Timestamp
    ) throws(QueueError) {
      try execute(
        """
        UPDATE varve_progress SET next_offset = $4
        WHERE consumer_group = $1 AND topic = $2 AND partition = $3
        """, Self.place(partition, group) + ["\(offset)"])
      try execute("DELETE FROM varve_processed WHERE expires <= $1", ["\(now)"])
    }

    public func remember(
      _ id: ByteSlice, in group: String, until expiry: Timestamp, now: Timestamp
    ) throws(QueueError) -> Bool {
      let rows = try execute(
        """
        INSERT INTO varve_processed (consumer_group, id, expires)
        VALUES ($1, decode($2, 'hex'), $3)
        ON CONFLICT (consumer_group, id) DO UPDATE SET expires = excluded.expires
        WHERE varve_processed.expires <= $4
        RETURNING 1
        """, [group, Self.hexadecimal(id), "\(expiry)", "\(now)"])
      return !rows.isEmpty
    }

    private static func place(_ partition: TopicPartition, _ group: String) -> [String?] {
      [group, partition.topic.description, "\(partition.partition)"]
    }

    private static func hexadecimal(_ bytes: ByteSlice) -> String {
      bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
  }
#endif
