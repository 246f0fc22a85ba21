#if Peers
  import CLMDB
  import Glibc

  /// LMDB as one would use it for a log: ascending integer keys appended (`MDB_APPEND`) to a
  /// writable mapping, no sync at a commit, as Varve's `buffered`.
  final class LMDBPeer {
    private let environment: OpaquePointer
    private var database: MDB_dbi = 0
    private var next: UInt64 = 0

    init(at directory: String, mapBytes: Int = 8 << 30) throws {
      var created: OpaquePointer?
      guard mdb_env_create(&created) == 0, let environment = created else {
        throw BenchmarkFailure("LMDB gave no environment")
      }
      self.environment = environment
      try check(mdb_env_set_mapsize(environment, mapBytes))
      let flags = UInt32(MDB_WRITEMAP | MDB_NOSYNC | MDB_NOSUBDIR)
      try check(mdb_env_open(environment, "\(directory)/lmdb", flags, 0o644))
      try transaction { transaction in
        try check(
          mdb_dbi_open(transaction, nil, UInt32(MDB_INTEGERKEY | MDB_CREATE), &database))
      }
    }

    deinit { mdb_env_close(environment) }

    func append(_ pool: RecordPool, transactions: Int, of count: Int) throws {
      for _ in 0..<transactions {
        try transaction { transaction in
          try pool.forEach(count) { value in
            try value.withUnsafeBytes { bytes in try put(bytes, transaction) }
          }
        }
      }
    }

    private func put(_ bytes: UnsafeRawBufferPointer, _ transaction: OpaquePointer) throws {
      try withUnsafeMutableBytes(of: &next) { keyBytes in
        var key = MDB_val(mv_size: 8, mv_data: keyBytes.baseAddress)
        var value = MDB_val(
          mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        try check(mdb_put(transaction, database, &key, &value, UInt32(MDB_APPEND)))
      }
      next += 1
    }

    /// Sums the first word of every value.
    func scan() throws -> UInt64 {
      var sum: UInt64 = 0
      try read { cursor in
        var key = MDB_val()
        var value = MDB_val()
        while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 {
          sum &+= value.mv_data.loadUnaligned(as: UInt64.self)
        }
      }
      return sum
    }

    /// Sums the keys at or after those asked for.
    func seek(_ keys: some Sequence<UInt64>) throws -> UInt64 {
      var sum: UInt64 = 0
      try read { cursor in
        for wanted in keys {
          var wanted = wanted
          sum &+= withUnsafeMutableBytes(of: &wanted) { bytes in
            var key = MDB_val(mv_size: 8, mv_data: bytes.baseAddress)
            var value = MDB_val()
            guard mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE) == 0 else { return 0 }
            return key.mv_data.loadUnaligned(as: UInt64.self)
          }
        }
      }
      return sum
    }

    /// Calls `body` with a cursor of a read-only transaction.
    func read(_ body: (OpaquePointer) throws -> Void) throws {
      var started: OpaquePointer?
      try check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &started))
      guard let transaction = started else { throw BenchmarkFailure("LMDB gave no transaction") }
      defer { mdb_txn_abort(transaction) }
      var opened: OpaquePointer?
      try check(mdb_cursor_open(transaction, database, &opened))
      guard let cursor = opened else { throw BenchmarkFailure("LMDB gave no cursor") }
      defer { mdb_cursor_close(cursor) }
      try body(cursor)
    }

    private func transaction(_ body: (OpaquePointer) throws -> Void) throws {
      var started: OpaquePointer?
      try check(mdb_txn_begin(environment, nil, 0, &started))
      guard let transaction = started else { throw BenchmarkFailure("LMDB gave no transaction") }
      try body(transaction)
      try check(mdb_txn_commit(transaction))
    }

    private func check(_ code: Int32) throws {
      guard code != 0 else { return }
      throw BenchmarkFailure("LMDB: \(String(cString: mdb_strerror(code)))")
    }
  }
#endif
