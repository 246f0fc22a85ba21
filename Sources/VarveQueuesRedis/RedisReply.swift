#if Redis
  public import Varve

  /// What Redis answers to a command.
  public enum RedisReply: Hashable, Sendable {
    case null
    case integer(Int64)
    case bytes(ByteSlice)
    case list([RedisReply])
    /// Redis' words for a command that failed, among others that did not.
    case error(String)

    /// The answer as text, where it is one.
    public var text: String? {
      if case .bytes(let bytes) = self { String(validating: bytes, as: UTF8.self) } else { nil }
    }
  }
#endif
