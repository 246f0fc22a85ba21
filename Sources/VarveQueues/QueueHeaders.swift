/// The headers of records that this module writes and understands. Any client may send them.
///
/// Values are text in UTF-8.
public enum QueueHeaders {
  /// Of a request and its reply: what tells the replies of one client apart.
  public static let correlationID = "varve.correlation.id"
  /// Of a request: where its reply goes, `TOPIC` or `TOPIC/PARTITION`.
  public static let replyTo = "varve.reply.to"
  /// Of a request: until when a reply is of use, in milliseconds since 1970 UTC. Without it, for
  /// ever.
  public static let deadline = "varve.deadline"
  /// Of a reply: the code of a failure. The value says more, in words.
  public static let failure = "varve.failure"
  /// Of any record: what is the same for all copies of a message, for whoever handles each once.
  public static let messageID = "varve.message.id"
  /// Of a job: 0 to 31; higher ones come first.
  public static let priority = "varve.priority"
  /// Of a job: milliseconds from its timestamp on, before which it is not delivered.
  public static let delay = "varve.delay.ms"
  /// Of a job: the same as a time, in milliseconds since 1970 UTC.
  public static let deliverAt = "varve.deliver.at"
  /// Of a job: milliseconds from its timestamp on, after which it is not delivered.
  public static let timeToLive = "varve.ttl.ms"
  /// Of a job: the same as a time, in milliseconds since 1970 UTC.
  public static let expiresAt = "varve.expires.at"
  /// Of a record of a store: its writer and a number.
  static let write = "varve.write"
}
