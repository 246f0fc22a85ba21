#if Peers
  import CHiredis
  import Glibc

  /// Consumer groups of Redis Streams (`XADD`, `XREADGROUP`, `XACK`), a server of its own with an
  /// append-only file that is synced once a second, if it is installed.
  struct RedisJobs: QueueServer {
    let name = "Redis Streams"
    private let server: RedisStreams

    init?(in directory: String) throws {
      guard let server = try RedisStreams(in: directory) else { return nil }
      self.server = server
    }

    func stop() { server.stop() }

    func perform(_ work: QueueWork, on queue: String) async throws -> Duration {
      let setup = try RedisLink(to: server.port)
      try setup.run(["XGROUP", "CREATE", queue, "workers", "0", "MKSTREAM"])
      let counter = JobCounter(work)
      try Side.runAll(Array(0...work.workers)) { number in
        let link = try RedisLink(to: server.port)
        if number == 0 {
          try enqueue(work, on: queue, link)
        } else {
          try self.work(work, on: queue, as: "worker \(number)", link, until: counter)
        }
      }
      try setup.run(["DEL", queue])
      return try counter.duration()
    }

    private func enqueue(_ work: QueueWork, on queue: String, _ link: RedisLink) throws {
      let command = ["XADD", queue, "*", "j", work.job]
      var left = work.jobs
      while left > 0 {
        let count = min(left, work.batch)
        for _ in 0..<count { try link.send(command) }
        for _ in 0..<count { try link.receive { _ in } }
        left -= count
      }
    }

    private func work(
      _ work: QueueWork, on queue: String, as name: String, _ link: RedisLink,
      until counter: JobCounter
    ) throws {
      let read = [
        "XREADGROUP", "GROUP", "workers", name, "COUNT", "\(work.batch)", "BLOCK", "100",
        "STREAMS", queue, ">",
      ]
      while !counter.isDone {
        try link.send(read)
        var ids: [String] = []
        try link.receive { ids = RedisLink.ids(of: $0) }
        guard !ids.isEmpty else { continue }
        try link.run(["XACK", queue, "workers"] + ids)
        counter.finish(ids.count)
      }
    }
  }

  /// A connection to Redis, of one thread.
  private final class RedisLink {
    private let context: UnsafeMutablePointer<redisContext>

    init(to port: UInt16) throws {
      guard let context = redisConnect("127.0.0.1", Int32(port)) else {
        throw BenchmarkFailure("no memory for a connection to Redis")
      }
      self.context = context
      if context.pointee.err != 0 { throw BenchmarkFailure("cannot connect to Redis") }
    }

    deinit { redisFree(context) }

    /// Sends a command whose answer is `receive`d later.
    func send(_ words: [String]) throws {
      var pointers: [UnsafePointer<CChar>?] = words.map { UnsafePointer(strdup($0)) }
      defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
      let counts = words.map(\.utf8.count)
      guard redisAppendCommandArgv(context, Int32(words.count), &pointers, counts) == REDIS_OK
      else { throw BenchmarkFailure("Redis: a command cannot be sent") }
    }

    func receive(_ body: (redisReply) -> Void) throws {
      var pointer: UnsafeMutableRawPointer?
      guard redisGetReply(context, &pointer) == REDIS_OK, let pointer else {
        throw BenchmarkFailure("Redis does not answer")
      }
      defer { freeReplyObject(pointer) }
      let reply = pointer.assumingMemoryBound(to: redisReply.self).pointee
      guard reply.type != REDIS_REPLY_ERROR else {
        throw BenchmarkFailure("Redis: \(String(cString: reply.str))")
      }
      body(reply)
    }

    func run(_ words: [String]) throws {
      try send(words)
      try receive { _ in }
    }

    /// The entries' ids in the answer of `XREADGROUP` for one stream.
    static func ids(of reply: redisReply) -> [String] {
      // Streams, each its name and its entries, each its id and its fields.
      guard let entries = child(child(reply, 0), 1) else { return [] }
      return (0..<entries.elements).compactMap { index in
        child(child(entries, index), 0).map { String(cString: $0.str) }
      }
    }

    private static func child(_ reply: redisReply?, _ index: Int) -> redisReply? {
      guard let reply, reply.type == REDIS_REPLY_ARRAY, index < reply.elements else { return nil }
      return reply.element[index]?.pointee
    }
  }
#endif
