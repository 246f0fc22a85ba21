internal import VarveCoordination

/// A record that is a consumer's until it says what became of it, or its lock is over.
public struct SharedRecord: Sendable {
  /// The partition that it is from.
  public let source: TopicPartition
  public let record: Record
  /// How often it was delivered to consumers of the group, this time included.
  public let deliveryCount: Int

  public var offset: Offset { record.offset }
  public var topic: TopicName { source.topic }
  public var partition: Int32 { source.partition }
  public var timestamp: Timestamp { record.timestamp }
  public var key: ByteSlice? { record.key }
  public var value: ByteSlice? { record.value }
  public var headers: [Header] { record.headers }
}

/// What a consumer says of a record that it has.
public enum ShareAcknowledgement: Hashable, Sendable {
  /// It is done with.
  case accept
  /// Another may have it, after a while: what the group's configs say, or `after`. One that was
  /// delivered as often as it may be goes to the dead letters.
  case release(after: Duration? = nil)
  /// Nobody can do anything with it: it goes to the dead letters, which have the reason.
  case reject(reason: String? = nil)
  /// It is needed for longer: its lock begins anew.
  case renew
  /// It waits for something: nobody has it until ``Varve/unpark(_:in:)`` names the token, 1 to 249
  /// bytes of UTF-8, over restarts. It was no attempt: it comes again with the delivery count that
  /// it has now. Its time-to-live goes on. Several records may have one token.
  case park(token: String)
}

/// Where a share group is in a partition. A broker that is not a Varve tells where it starts, and
/// how much remains; the rest is 0.
public struct SharedPartition: Hashable, Sendable {
  public let id: TopicPartition
  /// All before it is done with.
  public let startOffset: Offset
  /// Records that are not done with.
  public let remaining: Int64
  /// Of these, those that can be delivered now,
  public let ready: Int64
  /// those that wait for their time,
  public let delayed: Int64
  /// those that consumers have,
  public let locked: Int64
  /// those that wait to be copied to the dead letters,
  public let failing: Int64
  /// and those that are parked.
  public let parked: Int64
  /// What became of records since the broker started.
  public let counts: Counts
  /// How long ago the oldest record that is not done with was stamped; nil where there is none.
  public let oldestAge: Duration?
  /// How fast records come and go; nil where that is known for less than a second.
  public let flow: Flow?

  /// In how many seconds all is done with if it goes on like this: 0 where there is nothing,
  /// infinity where it does not get less, nil where `flow` is not known.
  public var secondsToDrain: Double? {
    remaining <= 0 ? 0 : flow?.secondsToDrain(remaining)
  }

  /// Records a second, over the last minute, or since the log was opened where that is less.
  public struct Flow: Hashable, Sendable {
    /// That come.
    public var `in`: Double
    /// That the group is done with: they were handled, given up, or removed from the log.
    public var out: Double

    public init(in: Double, out: Double) {
      self.in = `in`
      self.out = out
    }

    /// In how many seconds so many records are done with if it goes on like this: 0 where there
    /// are none, infinity where they do not get fewer.
    public func secondsToDrain(_ remaining: Int64) -> Double {
      ShareFlow(in: `in`, out: out).secondsToDrain(remaining)
    }
  }

  public struct Counts: Hashable, Sendable {
    public var delivered: Int64 = 0
    /// Of these, those that had been delivered before.
    public var redelivered: Int64 = 0
    public var accepted: Int64 = 0
    public var released: Int64 = 0
    public var rejected: Int64 = 0
    /// Locks that were over before anything was said.
    public var timedOut: Int64 = 0
    public var expired: Int64 = 0
    /// Left out as copies of a message.
    public var repeated: Int64 = 0
    public var deadLettered: Int64 = 0
    /// Message ids that were forgotten before their time, there being too many:
    /// ``GroupConfig/messageIDsMax(_:)``.
    public var forgottenIDs: Int64 = 0

    public init() {}
  }
}
