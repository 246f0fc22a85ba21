public import Varve

/// What is sent back, and where to.
public struct RedriveOptions: Sendable {
  /// The most letters that are sent.
  public var max = Int.max
  /// Letters whose records are stamped earlier are passed over; nil for none.
  public var since: Timestamp?
  /// Another topic than the one that each came from.
  public var target: String?
  /// A letter that was sent back so often is left where it is: what fails each time goes round no
  /// more.
  public var loopsMax = 3
  /// Whether to say only what would be done.
  public var isDryRun = false

  public init() {}
}

/// What was done with dead letters.
public struct RedriveResult: Hashable, Sendable {
  /// Sent back, or would be.
  public var sent = 0
  /// Stamped too early.
  public var tooOld = 0
  /// Sent back too often before.
  public var looping = 0
  /// Do not say where they came from, and no other topic was named.
  public var withoutOrigin = 0

  public init() {}
}

extension DeadLetters {
  /// The group whose offsets say which letters were gone through.
  var redriveGroup: String { "\(topic).redrive" }

  /// Sends letters back to where they came from, each once, from where the last call ended.
  ///
  /// Each batch is sent in a transaction with the offset that it ends at: a call that was cut short
  /// goes on where it was. The letters stay in the topic; one that was gone through and not sent is
  /// not gone through again.
  ///
  /// Throws `.log` where letters cannot be read or sent.
  @discardableResult
  public func redrive(
    _ options: RedriveOptions = RedriveOptions()
  ) async throws(QueueError) -> RedriveResult {
    do {
      var left = try await unread()
      var result = RedriveResult()
      guard !left.isEmpty else { return result }
      if options.isDryRun { return try await rehearse(left, options) }
      let transactions = try varve.transactions(redriveGroup)
      let consumer = try await varve.consumer(group: redriveGroup, topics: [topic])
      for try await batch in consumer.batches {
        try await send(batch, options, through: transactions, consumer, &result)
        if let range = left[batch.source], batch.nextOffset >= range.upperBound {
          left[batch.source] = nil
        }
        if left.isEmpty || result.sent >= options.max { break }
      }
      await consumer.close()
      await transactions.close()
      return result
    } catch { throw unreadable(error) }
  }

  /// The offsets that were not gone through.
  private func unread() async throws -> [TopicPartition: Range<Offset>] {
    let committed = try await varve.committedOffsets(of: redriveGroup)
    var left: [TopicPartition: Range<Offset>] = [:]
    for partition in try await varve.describeTopic(topic).partitions {
      let start = Swift.max(committed[partition.id]?.offset ?? 0, partition.startOffset)
      if start < partition.endOffset { left[partition.id] = start..<partition.endOffset }
    }
    return left
  }

  private func rehearse(
    _ left: [TopicPartition: Range<Offset>], _ options: RedriveOptions
  ) async throws -> RedriveResult {
    var result = RedriveResult()
    for (partition, range) in left.sorted(by: { $0.key < $1.key }) {
      var reader = try await varve.reader(
        topic, partition: partition.partition, from: .offset(range.lowerBound))
      while result.sent < options.max, let batch = try await reader.fetch() {
        for record in batch where result.sent < options.max && record.offset < range.upperBound {
          _ = target(of: DeadLetter(record, at: partition), options, &result)
        }
      }
    }
    return result
  }

  private func send(
    _ batch: ConsumedBatch, _ options: RedriveOptions, through transactions: Transactions,
    _ consumer: GroupConsumer, _ result: inout RedriveResult
  ) async throws {
    let before = result
    var (after, end) = (before, batch.nextOffset)
    try await transactions.run { transaction in
      (after, end) = (before, batch.nextOffset)
      for record in batch {
        if after.sent >= options.max {
          end = record.offset
          break
        }
        let letter = DeadLetter(record, at: batch.source)
        guard let target = target(of: letter, options, &after) else { continue }
        try await transaction.send(
          target.topic, partition: target.partition, key: record.key, value: record.value,
          headers: letter.headersToRedrive)
      }
      try await transaction.commitOffsets([batch.source: OffsetAndMetadata(end)], of: consumer)
    }
    result = after
  }

  /// Where a letter goes; nil where it stays. Counts it.
  private func target(
    of letter: DeadLetter, _ options: RedriveOptions, _ result: inout RedriveResult
  ) -> (topic: String, partition: Int32?)? {
    if let since = options.since, letter.record.timestamp < since {
      result.tooOld += 1
      return nil
    }
    guard letter.redriveCount < options.loopsMax else {
      result.looping += 1
      return nil
    }
    if let topic = options.target {
      result.sent += 1
      return (topic, nil)
    }
    guard let origin = letter.origin else {
      result.withoutOrigin += 1
      return nil
    }
    result.sent += 1
    return (origin.topic.description, origin.partition)
  }
}
