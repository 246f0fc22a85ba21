#if Redis
  public import Varve
  public import VarveQueues

  /// A Redis server that records are processed into, with the progress of their groups in the same
  /// transactions.
  ///
  /// ```swift
  /// let redis = try await RedisStore(host: "127.0.0.1", port: 6379)
  /// try await varve.process(group: "billing", topics: ["orders"], into: redis) { order, writer in
  ///   writer.add("HINCRBY", "bills", order.keyText ?? "", "1")
  /// }
  /// ```
  ///
  /// A transaction is a `MULTI` under `WATCH`: its commands are run together, at its end, and none
  /// of them if another member was faster. Redis undoes none where one of them fails, so that a
  /// command that cannot succeed is an error of the program, which the next run does not mend. A
  /// server that loses what it has not synced loses progress along with it.
  ///
  /// Its own keys begin with `varve:`. An id is a key with an expiry of its own.
  public final class RedisStore: EffectStore {
    private let queue = BlockingQueue("varve.redis")
    private let connection: Confined

    /// Connects.
    ///
    /// - Throws: `.store`, with hiredis' words.
    public init(host: String, port: Int = 6379) async throws {
      guard let number = UInt16(exactly: port) else {
        throw QueueError(.invalidArgument, "port \(port): it is 0 to 65535")
      }
      connection = try await queue.run {
        Confined(try RedisConnection(host: host, port: Int32(number)))
      }
    }

    public func withTransaction<Result: Sendable>(
      _ body: @escaping @Sendable (RedisWriter) throws -> Result
    ) async throws -> Result {
      try await queue.run { [connection] in
        let connection = connection.value
        try connection.reconnect()
        do {
          let writer = RedisWriter(connection)
          let result = try body(writer)
          try writer.commit()
          return result
        } catch {
          // Where the connection is gone the server does so by itself.
          _ = try? connection.run([Array("UNWATCH".utf8)])
          throw error
        }
      }
    }

    /// A connection, which only work of the store's queue touches.
    private final class Confined: @unchecked Sendable {
      // Safety: it is read in work of the queue alone, of which one piece runs at a time.
      let value: RedisConnection

      init(_ value: RedisConnection) { self.value = value }
    }
  }

  /// Collects the commands of a transaction; of no use after it.
  public final class RedisWriter: EffectWriter {
    private let connection: RedisConnection
    private var commands: [[[UInt8]]] = []
    /// The ids that are to be remembered, which Redis does not know of yet.
    private var ids: Set<[UInt8]> = []

    init(_ connection: RedisConnection) { self.connection = connection }

    /// Adds a command, which is run at the transaction's end.
    public func add(_ words: String...) { commands.append(words.map { Array($0.utf8) }) }

    /// Runs a command that reads, at once: before all that was added. Keys that are to stay as they
    /// were read are watched first, by `WATCH`.
    ///
    /// Throws `.store`, with Redis' words.
    public func read(_ words: String...) throws(QueueError) -> RedisReply {
      try connection.run(words.map { Array($0.utf8) })
    }

    /// Adds a command of words that are bytes.
    public func add(_ words: [ByteSlice]) { commands.append(words.map { Array($0) }) }

    /// Runs the commands, all at once. Throws where another has changed what was watched.
    func commit() throws(QueueError) {
      guard !commands.isEmpty else {
        _ = try connection.run([Array("UNWATCH".utf8)])
        return
      }
      _ = try connection.run([Array("MULTI".utf8)])
      do throws(QueueError) {
        for command in commands { _ = try connection.run(command) }
      } catch {
        _ = try? connection.run([Array("DISCARD".utf8)])
        throw error
      }
      switch try connection.run([Array("EXEC".utf8)]) {
      case .list(let replies):
        for case .error(let words) in replies {
          throw QueueError(.store, "Redis has run all commands but one that it refuses: \(words)")
        }
      default:
        throw QueueError(
          .store, "another member of the group was faster: nothing was done; run it again")
      }
    }

    public func progress(
      of partition: TopicPartition, in group: String
    ) throws(QueueError) -> Offset? {
      let key = Self.progressKey(partition, group)
      _ = try connection.run([Array("WATCH".utf8), key])
      let found = try connection.run([Array("GET".utf8), key])
      return found.text.flatMap { Int64($0) }.map { Offset($0) }
    }

    public func storeProgress(
      _ offset: Offset, of partition: TopicPartition, in group: String, now: Timestamp
    ) {
      commands.append(
        [Array("SET".utf8), Self.progressKey(partition, group), Array("\(offset)".utf8)])
    }

    public func remember(
      _ id: ByteSlice, in group: String, until expiry: Timestamp, now: Timestamp
    ) throws(QueueError) -> Bool {
      let key = Array("varve:processed:\(group):".utf8) + id
      guard try connection.run([Array("EXISTS".utf8), key]) == .integer(0),
        ids.insert(key).inserted
      else { return false }
      let time = Array("\(max(1, expiry.rawValue - now.rawValue))".utf8)
      commands.append([Array("SET".utf8), key, [], Array("PX".utf8), time])
      return true
    }

    private static func progressKey(_ partition: TopicPartition, _ group: String) -> [UInt8] {
      Array("varve:progress:\(group):\(partition.topic):\(partition.partition)".utf8)
    }
  }
#endif
