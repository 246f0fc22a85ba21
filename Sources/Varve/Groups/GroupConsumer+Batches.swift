internal import VarveBase

extension GroupConsumer {
  /// The batches, one after the other, for as long as the consumer is open: a loop that waits where
  /// there is nothing to read.
  ///
  /// It ends when the consumer is closed. It throws where the task is cancelled (`.cancelled`),
  /// reading fails, or the group refuses the member. A cancelled task's loop leaves the group.
  public var batches: Batches { Batches(consumer: self) }

  public struct Batches: AsyncSequence, Sendable {
    public typealias Element = ConsumedBatch
    public typealias Failure = VarveError

    let consumer: GroupConsumer

    public func makeAsyncIterator() -> Iterator { Iterator(loop: Loop(consumer)) }

    public struct Iterator: AsyncIteratorProtocol {
      let loop: Loop

      public mutating func next() async throws(VarveError) -> ConsumedBatch? {
        try await loop.consumer.next()
      }

      public mutating func next(
        isolation actor: isolated (any Actor)?
      ) async throws(VarveError) -> ConsumedBatch? {
        try await loop.consumer.next()
      }
    }
  }

  /// Notices that a loop was left because its task was cancelled inside of the body.
  final class Loop {
    let consumer: GroupConsumer

    init(_ consumer: GroupConsumer) { self.consumer = consumer }

    deinit {
      if Task.isCancelled { consumer.abandon() }
    }
  }
}

extension Varve {
  /// Joins a consumer group, which begins to exist with its first member.
  ///
  /// The call returns at once; partitions come with the first call for a batch.
  ///
  /// - Throws: `.invalidArgument` for options out of their range; `.readOnly` where the log is open
  ///   for reading only.
  public func consumer(
    group: String, topics: Subscription, options: GroupConsumer.Options = GroupConsumer.Options()
  ) async throws(VarveError) -> GroupConsumer {
    try consumer(group: group, topics: topics, options: options, of: cluster.groups())
  }

  package func consumer(
    group: String, topics: Subscription, options: GroupConsumer.Options = GroupConsumer.Options(),
    of coordinators: any GroupClient
  ) throws(VarveError) -> GroupConsumer {
    try options.check()
    guard !group.isEmpty else { throw VarveError(.invalidArgument, "a group has a name") }
    var random = SystemRandomNumberGenerator()
    var identity = GroupMembership.Identity(
      group: group, memberID: TopicID(using: &random).description,
      instanceID: options.instanceID, subscription: topics)
    identity.assignor = options.assignor?.name
    identity.rebalanceTimeout = Int32(clamping: options.processingTimeout.milliseconds)
    let consumer = GroupConsumer(cluster, coordinators, identity, options: options)
    keep(consumer)
    return consumer
  }
}

extension GroupConsumer.Options {
  func check() throws(VarveError) {
    guard reading.batchBytes > 0 else {
      throw VarveError(.invalidArgument, "batchBytes must be above 0, not \(reading.batchBytes)")
    }
    guard processingTimeout >= .milliseconds(1) else {
      throw VarveError(
        .invalidArgument, "processingTimeout must be 1 ms at least, not \(processingTimeout)")
    }
    if let instanceID, instanceID.isEmpty {
      throw VarveError(.invalidArgument, "instanceID must not be empty: leave it nil")
    }
  }
}
