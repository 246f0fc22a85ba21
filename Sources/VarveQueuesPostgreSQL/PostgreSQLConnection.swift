#if PostgreSQL
  internal import CPostgreSQL
  internal import VarveQueues

  /// A connection to a server, for one thread at a time.
  @safe final class PostgreSQLConnection {
    private let connection: OpaquePointer

    init(_ parameters: String) throws(QueueError) {
      guard let connection = unsafe PQconnectdb(parameters) else {
        throw QueueError(.store, "libpq has no memory for a connection")
      }
      unsafe self.connection = connection
      try checkConnection()
    }

    deinit { unsafe PQfinish(connection) }

    /// Connects again where the connection is gone.
    func reconnect() throws(QueueError) {
      guard unsafe PQstatus(connection) != CONNECTION_OK else { return }
      unsafe PQreset(connection)
      try checkConnection()
    }

    private func checkConnection() throws(QueueError) {
      guard unsafe PQstatus(connection) == CONNECTION_OK else {
        throw QueueError(.store, "PostgreSQL cannot be reached: \(words)")
      }
    }

    /// Runs a statement with texts for its parameters, nil for null. Returns its rows, as texts.
    func run(_ sql: String, _ values: [String?]) throws(QueueError) -> [[String?]] {
      let result = unsafe Self.withTexts(values[...], []) { texts in
        unsafe PQexecParams(
          connection, sql, Int32(clamping: texts.count), nil, texts, nil, nil, 0)
      }
      defer { unsafe PQclear(result) }
      switch unsafe PQresultStatus(result) {
      case PGRES_COMMAND_OK: return []
      case PGRES_TUPLES_OK: break
      default: throw QueueError(.store, "PostgreSQL refuses: \(words): \(sql)")
      }
      let (rows, columns) = unsafe (PQntuples(result), PQnfields(result))
      return (0..<rows).map { row in
        (0..<columns).map { column in
          guard unsafe PQgetisnull(result, row, column) == 0 else { return nil }
          return unsafe PQgetvalue(result, row, column).map { unsafe String(cString: $0) }
        }
      }
    }

    private var words: String {
      let words = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
      return words.split(separator: "\n").joined(separator: " ")
    }

    /// Calls `body` with the texts as C has them.
    private static func withTexts<Result>(
      _ texts: ArraySlice<String?>, _ before: [UnsafePointer<CChar>?],
      _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
      guard let first = texts.first else { return unsafe body(before) }
      guard let text = first else {
        return unsafe withTexts(texts.dropFirst(), before + [nil], body)
      }
      return unsafe text.withCString { unsafe withTexts(texts.dropFirst(), before + [$0], body) }
    }
  }
#endif
