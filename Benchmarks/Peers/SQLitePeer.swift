#if Peers
  import CSQLite

  /// SQLite as one would use it for a log: a table with the offset as its key, a write-ahead log,
  /// one prepared statement.
  final class SQLitePeer {
    /// `synchronous`: `OFF` never syncs, as Varve's `buffered`; `NORMAL` syncs at checkpoints.
    enum Mode: String { case off = "OFF", normal = "NORMAL" }

    private let database: OpaquePointer
    private let insertion: OpaquePointer

    init(at directory: String, _ mode: Mode) throws {
      var opened: OpaquePointer?
      guard sqlite3_open("\(directory)/sqlite-\(mode.rawValue)", &opened) == SQLITE_OK,
        let database = opened
      else { throw BenchmarkFailure("SQLite did not open a database in \(directory)") }
      self.database = database
      for statement in [
        "PRAGMA journal_mode = WAL", "PRAGMA synchronous = \(mode.rawValue)",
        "CREATE TABLE records (number INTEGER PRIMARY KEY, value BLOB) STRICT",
      ] {
        try Self.run(statement, in: database)
      }
      insertion = try Self.prepared("INSERT INTO records (value) VALUES (?)", in: database)
    }

    deinit {
      sqlite3_finalize(insertion)
      sqlite3_close(database)
    }

    func append(_ pool: RecordPool, transactions: Int, of count: Int) throws {
      for _ in 0..<transactions {
        try Self.run("BEGIN", in: database)
        try pool.forEach(count) { value in
          try value.withUnsafeBytes { bytes in
            // Null instead of SQLITE_TRANSIENT: the bytes outlive the step, so nothing is copied.
            sqlite3_bind_blob(insertion, 1, bytes.baseAddress, Int32(bytes.count), nil)
            guard sqlite3_step(insertion) == SQLITE_DONE else { throw Self.failure(in: database) }
            sqlite3_reset(insertion)
          }
        }
        try Self.run("COMMIT", in: database)
      }
    }

    /// Sums the first word of every value.
    func scan() throws -> UInt64 {
      let statement = try Self.prepared(
        "SELECT number, value FROM records ORDER BY number", in: database)
      defer { sqlite3_finalize(statement) }
      var sum: UInt64 = 0
      while sqlite3_step(statement) == SQLITE_ROW {
        guard let bytes = sqlite3_column_blob(statement, 1) else { continue }
        sum &+= bytes.loadUnaligned(as: UInt64.self)
      }
      return sum
    }

    private static func prepared(_ text: String, in database: OpaquePointer) throws -> OpaquePointer
    {
      var statement: OpaquePointer?
      guard sqlite3_prepare_v2(database, text, -1, &statement, nil) == SQLITE_OK, let statement
      else { throw failure(in: database) }
      return statement
    }

    private static func run(_ text: String, in database: OpaquePointer) throws {
      guard sqlite3_exec(database, text, nil, nil, nil) == SQLITE_OK else {
        throw failure(in: database)
      }
    }

    private static func failure(in database: OpaquePointer) -> BenchmarkFailure {
      BenchmarkFailure("SQLite: \(String(cString: sqlite3_errmsg(database)))")
    }
  }
#endif
