#if SQLite
  internal import CSQLite
  internal import Varve
  internal import VarveQueues

  /// A database that is open, for one thread at a time.
  @safe final class SQLiteConnection {
    private let database: OpaquePointer
    /// The statements that were run, ready to run again.
    private var statements: [String: OpaquePointer] = unsafe [:]

    init(path: String, busyMilliseconds: Int32) throws(QueueError) {
      var opened: OpaquePointer?
      let code = unsafe sqlite3_open(path, &opened)
      guard let database = unsafe opened, code == SQLITE_OK else {
        unsafe sqlite3_close_v2(opened)
        throw QueueError(.store, "SQLite cannot open '\(path)': \(Self.words(of: code))")
      }
      unsafe self.database = database
      unsafe sqlite3_busy_timeout(database, busyMilliseconds)
    }

    deinit {
      unsafe statements.values.forEach { unsafe _ = sqlite3_finalize($0) }
      unsafe sqlite3_close_v2(database)
    }

    /// Runs a statement to its end. Returns its rows.
    func run(
      _ sql: String, _ values: [SQLiteValue]
    ) throws(QueueError) -> [[SQLiteValue]] {
      let statement = unsafe try prepared(sql)
      defer {
        unsafe sqlite3_reset(statement)
        unsafe sqlite3_clear_bindings(statement)
      }
      guard unsafe values.count == sqlite3_bind_parameter_count(statement) else {
        throw QueueError(.store, "\(values.count) values for the parameters of: \(sql)")
      }
      for (index, value) in values.enumerated() {
        try check(unsafe Self.bind(value, Int32(index + 1), of: statement), sql)
      }
      var rows: [[SQLiteValue]] = []
      while true {
        let code = unsafe sqlite3_step(statement)
        if code == SQLITE_DONE { return rows }
        guard code == SQLITE_ROW else { throw failure(sql) }
        rows.append(unsafe Self.row(of: statement))
      }
    }

    private func prepared(_ sql: String) throws(QueueError) -> OpaquePointer {
      if let known = unsafe statements[sql] { return unsafe known }
      var made: OpaquePointer?
      try check(unsafe sqlite3_prepare_v2(database, sql, -1, &made, nil), sql)
      guard let statement = unsafe made else {
        throw QueueError(.store, "SQLite finds no statement in '\(sql)'")
      }
      unsafe statements[sql] = unsafe statement
      return unsafe statement
    }

    /// Has SQLite copy what it is given before this returns.
    private static func bind(
      _ value: SQLiteValue, _ index: Int32, of statement: OpaquePointer
    ) -> Int32 {
      let copying = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      switch value {
      case .null: return unsafe sqlite3_bind_null(statement, index)
      case .integer(let number): return unsafe sqlite3_bind_int64(statement, index, number)
      case .real(let number): return unsafe sqlite3_bind_double(statement, index, number)
      case .text(let text):
        let count = Int32(clamping: text.utf8.count)
        return unsafe sqlite3_bind_text(statement, index, text, count, copying)
      case .blob(let bytes):
        let count = Int32(clamping: bytes.count)
        return unsafe bytes.withUnsafeBytes { buffer in
          // Without bytes there may be no address, which would bind null.
          guard let base = buffer.baseAddress, count > 0 else {
            return unsafe sqlite3_bind_zeroblob(statement, index, 0)
          }
          return unsafe sqlite3_bind_blob(statement, index, base, count, copying)
        }
      }
    }

    private static func row(of statement: OpaquePointer) -> [SQLiteValue] {
      (0..<(unsafe sqlite3_column_count(statement))).map { column in
        switch unsafe sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(statement, column))
        case SQLITE_TEXT: .text(String(decoding: unsafe bytes(statement, column), as: UTF8.self))
        case SQLITE_BLOB: .blob(unsafe bytes(statement, column))
        default: .null
        }
      }
    }

    private static func bytes(_ statement: OpaquePointer, _ column: Int32) -> ByteSlice {
      guard let base = unsafe sqlite3_column_blob(statement, column) else { return ByteSlice() }
      let count = unsafe Int(sqlite3_column_bytes(statement, column))
      return unsafe ByteSlice(UnsafeRawBufferPointer(start: base, count: count))
    }

    private func check(_ code: Int32, _ sql: String) throws(QueueError) {
      if code != SQLITE_OK { throw failure(sql) }
    }

    private func failure(_ sql: String) -> QueueError {
      let words = unsafe sqlite3_errmsg(database).map { unsafe String(cString: $0) } ?? ""
      return QueueError(.store, "SQLite refuses: \(words): \(sql)")
    }

    private static func words(of code: Int32) -> String {
      unsafe sqlite3_errstr(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
  }
#endif
