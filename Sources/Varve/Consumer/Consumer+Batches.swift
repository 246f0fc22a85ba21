extension Consumer {
  /// The batches, one after the other, for as long as the consumer is open: a loop that waits where
  /// there is nothing to read.
  ///
  /// It ends when the consumer is closed. It throws where the task is cancelled (`.cancelled`) or
  /// reading fails; it never goes quiet.
  public var batches: Batches { Batches(consumer: self) }

  public struct Batches: AsyncSequence, Sendable {
    public typealias Element = ConsumedBatch
    public typealias Failure = VarveError

    let consumer: Consumer

    public func makeAsyncIterator() -> Iterator { Iterator(consumer: consumer) }

    public struct Iterator: AsyncIteratorProtocol {
      let consumer: Consumer

      public mutating func next() async throws(VarveError) -> ConsumedBatch? {
        try await consumer.next()
      }

      public mutating func next(
        isolation actor: isolated (any Actor)?
      ) async throws(VarveError) -> ConsumedBatch? {
        try await consumer.next()
      }
    }
  }
}

extension Varve {
  /// A consumer of all partitions of some topics, as they are now.
  ///
  /// Throws `.unknownTopicOrPartition`, `.offsetOutOfRange`.
  public func consumer(
    topics: [String], from start: StartPosition = .earliest,
    options: Consumer.Options = Consumer.Options()
  ) async throws(VarveError) -> Consumer {
    var clients: [any PartitionClient] = []
    for topic in topics { clients += try await cluster.route(to: topic).partitions }
    return try await consumer(of: clients, from: start, options)
  }

  /// A consumer of some partitions.
  public func consumer(
    partitions: [TopicPartition], from start: StartPosition = .earliest,
    options: Consumer.Options = Consumer.Options()
  ) async throws(VarveError) -> Consumer {
    var clients: [any PartitionClient] = []
    for partition in partitions {
      clients.append(try await client(partition.topic.description, partition.partition))
    }
    return try await consumer(of: clients, from: start, options)
  }

  private func consumer(
    of clients: [any PartitionClient], from start: StartPosition, _ options: Consumer.Options
  ) async throws(VarveError) -> Consumer {
    guard options.batchBytes > 0 else {
      throw VarveError(.invalidArgument, "batchBytes must be above 0, not \(options.batchBytes)")
    }
    var positions: [(client: any PartitionClient, offset: Offset)] = []
    for client in clients {
      let offset = try await start.offset(in: client, isolation: options.isolation)
      positions.append((client, offset))
    }
    return Consumer(positions, options: options)
  }
}
