public import Varve

/// How requests are answered.
public struct AnswerOptions: Sendable {
  /// How many requests are handled at once. Those of one key come one after the other.
  public var concurrency = 16
  /// How the handlers' consumer takes part in its group. Requests are committed once they are
  /// answered, unless it says otherwise: those that a crash interrupts are handled again.
  public var consumer = GroupConsumer.Options()
  /// Whether replies may go to a topic. A request says where, so that whoever may send one chooses:
  /// topics of the log's own, which begin with `__`, are out of reach.
  public var allowsReply: @Sendable (_ topic: String) -> Bool = { !$0.hasPrefix("__") }
  /// Told of requests that nobody is answered to.
  public var onDropped: @Sendable (Record, DroppedRequest) -> Void = { _, _ in }
  package var time: any TimeSource = SystemTime()

  public init() {}
}

/// Why a request was left without an answer.
public enum DroppedRequest: Hashable, Sendable {
  /// Its deadline had passed before it was begun, so that it was not.
  case expired
  /// It does not say where the reply is to go, or not in a way that can be read: it was not run.
  case withoutReplyTo
  /// The reply may not go where it was to: the options refuse it. The request was not run.
  case forbiddenReplyTo
  /// The reply was refused by the log: its topic or partition does not exist, or the reply is too
  /// large.
  case refusedReply(VarveError.Code)
}

/// A request, to its handler.
public struct RequestContext: Sendable {
  /// As it came, with its key and headers.
  public let record: Record
  /// Where it came from.
  public let partition: TopicPartition
  /// What its reply is known by.
  public let correlationID: ByteSlice?
  /// Until when a reply is of use; nil for ever.
  public let deadline: Timestamp?
}
