/// Why an operation on a log failed.
///
/// ```swift
/// do {
///   try await varve.createTopic("orders", partitions: 6)
/// } catch where error.code == .topicAlreadyExists {
///   // fine
/// }
/// ```
public struct VarveError: Error, Sendable {
  /// What kind of failure it is. There will be more kinds: a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    private init(_ name: String) { description = name }

    // What was asked for.

    /// No such topic, or the topic has no such partition.
    public static let unknownTopicOrPartition = Code("unknownTopicOrPartition")
    public static let topicAlreadyExists = Code("topicAlreadyExists")
    /// A topic name that Kafka's rules refuse.
    public static let invalidTopic = Code("invalidTopic")
    /// A number of partitions below one, or not above what the topic has already.
    public static let invalidPartitions = Code("invalidPartitions")
    /// A config that does not exist, or a value that it does not take.
    public static let invalidConfig = Code("invalidConfig")
    /// An offset before the log's start or past its end.
    public static let offsetOutOfRange = Code("offsetOutOfRange")
    /// An argument out of its range; the message says which.
    public static let invalidArgument = Code("invalidArgument")

    // Records.

    /// A record or batch larger than the topic or the producer takes.
    public static let recordTooLarge = Code("recordTooLarge")
    /// A record that the topic does not take: one without a key in a compacted topic, say.
    public static let invalidRecord = Code("invalidRecord")
    /// A timestamp further from the clock than the topic allows.
    public static let invalidTimestamp = Code("invalidTimestamp")
    /// A value could not be encoded or decoded; `cause` is what its coder threw.
    public static let coding = Code("coding")
    /// The codec is a package trait that is off, or the level is none of its.
    public static let unsupportedCompression = Code("unsupportedCompression")

    // Groups.

    /// The partition is not the consumer's any more, or the consumer not a member: the group has
    /// given its partitions to others, who begin at what was committed before.
    public static let notAssigned = Code("notAssigned")
    /// No such consumer group.
    public static let unknownGroup = Code("unknownGroup")
    /// The group has members, or reads the topic, and what was asked for is for groups at rest.
    public static let groupNotEmpty = Code("groupNotEmpty")
    /// The group has as many members as it may.
    public static let groupFull = Code("groupFull")
    /// The group is of another kind, or its members agree on no protocol.
    public static let invalidGroup = Code("invalidGroup")

    // Producers with an id.

    /// A batch that does not follow the one before it.
    public static let outOfOrderSequence = Code("outOfOrderSequence")
    /// A newer producer or member with the same id has taken over.
    public static let fenced = Code("fenced")
    /// A batch that the producer's transaction does not allow.
    public static let invalidTransactionState = Code("invalidTransactionState")
    /// The transaction was aborted, or can only be aborted; a new one may succeed.
    public static let transactionAborted = Code("transactionAborted")
    /// What was asked for was not answered: it may be done, and it may not. Committing a
    /// transaction again gives the answer; records of a producer that is not idempotent, and
    /// changes of topics, have to be looked for.
    public static let unknownOutcome = Code("unknownOutcome")
    /// No such transactional id.
    public static let unknownTransaction = Code("unknownTransaction")

    // The files.

    /// Another process, or another `Varve` of this one, has the directory open.
    public static let locked = Code("locked")
    /// The directory, or the way it was opened, allows no writing.
    public static let readOnly = Code("readOnly")
    public static let diskFull = Code("diskFull")
    /// The disk or the file system refused or failed; the message has its words.
    public static let storage = Code("storage")
    /// Bytes on the disk that no writer of the format left there.
    public static let corrupt = Code("corrupt")
    /// The directory holds something else than Varve's or Kafka's data.
    public static let foreignFile = Code("foreignFile")
    /// Written by a program newer than this one.
    public static let unsupportedVersion = Code("unsupportedVersion")

    // Brokers.

    /// What answers at the address does not speak Kafka's protocol, or breaks it.
    public static let badAnswer = Code("badAnswer")
    /// A broker does not let us in as the user that we say we are, or did not prove who it is.
    public static let authenticationFailed = Code("authenticationFailed")
    /// No such user.
    public static let unknownUser = Code("unknownUser")

    // The course of things.

    /// Refused for another reason, which the message gives in Kafka's words.
    public static let refused = Code("refused")

    /// The log, producer or consumer was closed.
    public static let closed = Code("closed")
    /// The task that waited was cancelled.
    public static let cancelled = Code("cancelled")
    /// It may work later without a change: a resource was short for the moment.
    public static let unavailable = Code("unavailable")
  }

  public let code: Code
  /// What was found, and the way out.
  public let message: String
  /// The partition concerned, where it is one.
  public let partition: TopicPartition?
  /// The error below, where there was one.
  public let cause: (any Error)?

  public init(
    _ code: Code, _ message: String, partition: TopicPartition? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.partition = partition
    self.cause = cause
  }

  /// Whether trying the same again may succeed without a change to the program: once there is
  /// space on the disk, or another process has closed the log.
  public var isRetriable: Bool {
    switch code {
    case .diskFull, .locked, .unavailable, .transactionAborted: true
    default: false
    }
  }
}

extension VarveError: CustomStringConvertible {
  public var description: String {
    if let partition, !message.contains("\(partition)") { return "\(partition): \(message)" }
    return message
  }
}
