#if Redis
  internal import CHiredis
  internal import Varve
  internal import VarveQueues

  /// A connection to a server, for one thread at a time.
  @safe final class RedisConnection {
    private let context: UnsafeMutablePointer<redisContext>

    init(host: String, port: Int32) throws(QueueError) {
      guard let context = unsafe redisConnect(host, port) else {
        throw QueueError(.store, "hiredis has no memory for a connection")
      }
      unsafe self.context = context
      if unsafe context.pointee.err != 0 { throw failure("cannot be reached at \(host):\(port)") }
    }

    deinit { unsafe redisFree(context) }

    /// Connects again where the connection is gone.
    func reconnect() throws(QueueError) {
      guard unsafe context.pointee.err != 0 else { return }
      guard unsafe redisReconnect(context) == REDIS_OK else { throw failure("cannot be reached") }
    }

    /// Runs a command. Throws where Redis does not answer, or answers with an error.
    func run(_ command: [[UInt8]]) throws(QueueError) -> RedisReply {
      let pointer = unsafe Self.withWords(command[...], [], []) { words, counts in
        var words = unsafe words
        return unsafe redisCommandArgv(
          context, Int32(clamping: counts.count), &words, counts)
      }
      guard let pointer = unsafe pointer else { throw failure("does not answer") }
      defer { unsafe freeReplyObject(pointer) }
      let reply = unsafe Self.reply(pointer.assumingMemoryBound(to: redisReply.self))
      if case .error(let words) = reply {
        let name = String(decoding: command.first ?? [], as: UTF8.self)
        throw QueueError(.store, "Redis refuses \(name): \(words)")
      }
      return reply
    }

    private static func reply(_ pointer: UnsafeMutablePointer<redisReply>) -> RedisReply {
      let reply = unsafe pointer.pointee
      switch unsafe reply.type {
      case REDIS_REPLY_INTEGER: return .integer(unsafe reply.integer)
      case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .bytes(unsafe bytes(of: reply))
      case REDIS_REPLY_ERROR:
        return .error(unsafe bytes(of: reply).description)
      case REDIS_REPLY_ARRAY:
        return .list(
          (0..<(unsafe Int(reply.elements))).map { index in
            guard let element = unsafe reply.element[index] else { return .null }
            return unsafe Self.reply(element)
          })
      default: return .null
      }
    }

    private static func bytes(of reply: redisReply) -> ByteSlice {
      unsafe ByteSlice(UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)))
    }

    private func failure(_ what: String) -> QueueError {
      let words = unsafe withUnsafeBytes(of: context.pointee.errstr) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      return QueueError(.store, "Redis \(what): \(words)")
    }

    /// Calls `body` with the words as C has them, and their lengths.
    private static func withWords<Result>(
      _ words: ArraySlice<[UInt8]>, _ before: [UnsafePointer<CChar>?], _ counts: [Int],
      _ body: ([UnsafePointer<CChar>?], [Int]) -> Result
    ) -> Result {
      guard let word = words.first else { return unsafe body(before, counts) }
      return unsafe word.withUnsafeBytes { bytes in
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        return unsafe withWords(words.dropFirst(), before + [start], counts + [bytes.count], body)
      }
    }
  }
#endif
