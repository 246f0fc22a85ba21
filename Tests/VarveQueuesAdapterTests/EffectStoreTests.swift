#if SQLite && Redis && PostgreSQL
  import Dispatch
  import Testing
  import Varve
  import VarveBase
  import VarveQueues
  import VarveQueuesPostgreSQL
  import VarveQueuesRedis
  import VarveQueuesSQLite
  import VarveTestKit

  /// Records that are processed into a database, with the progress of their group in the same
  /// transaction, against real servers.
  ///
  /// Goal: each message has its effect once, though messages come twice, processing is broken off
  /// in the middle of a transaction, and the group forgets how far it was.
  @Suite(.serialized, .timeLimit(.minutes(60))) struct EffectStoreTests {
    private typealias Kind = ServerUnderTest.Kind

    private struct Refusal: Error {}

    @Test func `S13: SQLite has each effect once`() async throws {
      let directory = try TemporaryDirectory()
      let store = try await SQLiteStore(path: directory.path + "/effects.db")
      _ = try await store.withTransaction { try $0.execute("CREATE TABLE effects (name TEXT)") }
      try await Self.expectOnce(in: store) { record, writer in
        try writer.execute("INSERT INTO effects VALUES (?)", [.text(record.text ?? "")])
      } effects: {
        try await store.withTransaction { writer in
          try writer.execute("SELECT name FROM effects").compactMap { row in
            if case .text(let text)? = row.first { text } else { nil }
          }
        }
      }
      // Another connection sees the same.
      let again = try await SQLiteStore(path: directory.path + "/effects.db")
      let count = try await again.withTransaction {
        try $0.execute("SELECT count(*) FROM effects").first?.first
      }
      #expect(count == .integer(Int64(Self.messages.count)))
    }

    @Test(.enabled(if: Kind.postgresql.program != nil, Kind.postgresql.missing))
    func `S13: PostgreSQL has each effect once`() async throws {
      let server = try await ServerUnderTest.start(.postgresql)
      let place = "host=127.0.0.1 port=\(server.port) user=varve dbname=postgres"
      let store = try await PostgreSQLStore(place)
      _ = try await store.withTransaction { try $0.execute("CREATE TABLE effects (name text)") }
      try await Self.expectOnce(in: store) { record, writer in
        try writer.execute("INSERT INTO effects VALUES ($1)", [record.text])
      } effects: {
        try await store.withTransaction { writer in
          try writer.execute("SELECT name FROM effects").compactMap { $0[0] }
        }
      }
      await #expect(throws: QueueError.self) {
        _ = try await store.withTransaction { try $0.execute("SELECT nothing FROM nowhere") }
      }
      try await server.stop()
    }

    @Test(.enabled(if: Kind.redis.program != nil, Kind.redis.missing))
    func `S13: Redis has each effect once`() async throws {
      let server = try await ServerUnderTest.start(.redis)
      let store = try await RedisStore(host: "127.0.0.1", port: server.port)
      try await Self.expectOnce(in: store) { record, writer in
        writer.add("RPUSH", "effects", record.text ?? "")
      } effects: {
        try await Self.list("effects", of: store)
      }
      try await server.stop()
    }

    @Test(.enabled(if: Kind.redis.program != nil, Kind.redis.missing))
    func `of two transactions of Redis that go on from one offset, one is done`() async throws {
      let server = try await ServerUnderTest.start(.redis)
      let first = try await RedisStore(host: "127.0.0.1", port: server.port)
      let second = try await RedisStore(host: "127.0.0.1", port: server.port)
      let partition = TopicPartition(topic: try TopicName("in"), partition: 0)
      let hasRead = Counter()
      let go = DispatchSemaphore(value: 0)
      // The thread is Dispatch's, which a database may block.
      let late = Task {
        try await second.withTransaction { writer in
          _ = try writer.progress(of: partition, in: "group")
          hasRead.add()
          go.wait()
          writer.add("RPUSH", "effects", "second")
          writer.storeProgress(1, of: partition, in: "group", now: 0)
        }
      }
      await hasRead.reach(1)
      try await first.withTransaction { writer in
        _ = try writer.progress(of: partition, in: "group")
        writer.add("RPUSH", "effects", "first")
        writer.storeProgress(1, of: partition, in: "group", now: 0)
      }
      go.signal()
      let error = await #expect(throws: QueueError.self) { try await late.value }
      #expect(error?.code == .store)
      #expect(try await Self.list("effects", of: first) == ["first"])
      try await server.stop()
    }

    private static func list(_ key: String, of store: RedisStore) async throws -> [String] {
      let reply = try await store.withTransaction { try $0.read("LRANGE", key, "0", "-1") }
      guard case .list(let elements) = reply else { return [] }
      return elements.compactMap(\.text)
    }

    private static let messages = (0..<40).map { "\($0)" }

    private static func open(seed: UInt64) throws -> Varve {
      var options = Varve.Options()
      options.serverConfig = ["offsets.topic.num.partitions": "1"]
      return try Varve(directory: "data", options: options, on: SimulatedFileSystem(seed: seed))
    }

    /// The messages, each twice, in any order; the same for each log.
    private static func fill(_ varve: Varve) async throws {
      try await varve.createTopic("in", partitions: 2)
      let producer = try varve.producer()
      var random = SeededGenerator(seed: 13)
      for message in (messages + messages).shuffled(using: &random) {
        try await producer.send(
          "in", key: message, value: message, headers: [Header("varve.message.id", message)])
      }
      for partition in Int32(0)..<2 {
        try await producer.send("in", partition: partition, value: "end")
      }
    }

    /// Processes until both ends were seen; with a limit, until the body was called so often.
    private static func run<Store: EffectStore>(
      _ varve: Varve, into store: Store, limit: Int = .max,
      _ effect: @escaping @Sendable (Record, Store.Writer) throws -> Void
    ) async throws {
      let calls = Counter()
      let ends = Counter()
      var options = EffectOptions()
      options.consumer.reading.batchBytes = 300
      let set = options
      let processing = Task {
        try await varve.process(group: "group", topics: ["in"], into: store, options: set) {
          record, writer in
          if record.text == "end" {
            ends.add()
            return
          }
          try effect(record, writer)
          if calls.add() == limit { throw Refusal() }
        }
      }
      if limit == .max {
        await ends.reach(2)
        processing.cancel()
      }
      do { try await processing.value } catch is Refusal {
      } catch let error as VarveError where error.code == .cancelled {}
    }

    private static func expectOnce<Store: EffectStore>(
      in store: Store, _ effect: @escaping @Sendable (Record, Store.Writer) throws -> Void,
      effects: () async throws -> [String]
    ) async throws {
      let wanted = messages.sorted()
      let varve = try open(seed: 1)
      try await fill(varve)
      for limit in [1, 7, 13] { try await run(varve, into: store, limit: limit, effect) }
      #expect(try await Set(effects()).count < messages.count, "it was broken off")
      try await run(varve, into: store, effect)
      #expect(try await effects().sorted() == wanted)
      try await varve.close()
      // A log whose group knows nothing: the store knows how far it is.
      let again = try open(seed: 2)
      try await fill(again)
      try await again.producer().send("in", partition: 0, value: "end")
      try await again.producer().send("in", partition: 1, value: "end")
      try await run(again, into: store, effect)
      #expect(try await effects().sorted() == wanted)
      try await again.close()
    }
  }
#endif
