import Varve

extension Printing {
  /// Prints what the group has not processed yet, committing batch by batch what was printed.
  mutating func print(_ call: Invocation, of group: String, _ range: ReadRange) async throws {
    if call.has("partition") || call.has("to") {
      throw UsageError("--group decides what is read: --partition and --to don't go with it")
    }
    var printing = self
    try await call.withLog(.writing) { varve in
      let topic = try await call.topic(in: varve)
      var open = try await varve.unprocessed(by: group, in: topic, range)
      if open.isEmpty && !call.has("follow") { return }
      var options = GroupConsumer.Options()
      options.commit = .manual
      options.start = range.start
      options.reading.isolation = range.isolation
      let consumer = try await varve.consumer(
        group: group, topics: [topic.topic.name.description], options: options)
      do {
        while printing.left > 0, call.has("follow") || !open.isEmpty,
          let batch = try await consumer.next()
        {
          let next = try printing.printed(batch)
          try await consumer.commit([batch.source: OffsetAndMetadata(next)])
          if let end = open[batch.source], next >= end { open[batch.source] = nil }
        }
      } catch let error as VarveError where error.code == .cancelled {
        // ^C is how following ends.
      } catch {
        await consumer.close()
        throw error
      }
      // A broker would wait for the member until its session is over.
      await consumer.close()
    }
  }

  /// Prints a batch, or what is left of the number of records; returns the offset after it.
  private mutating func printed(_ batch: ConsumedBatch) throws -> Offset {
    let whole = left >= batch.count
    var last: Offset = 0
    for record in batch.prefix(left) { last = record.offset }
    try print(batch, before: Offset(.max))
    try printer.flush()
    return whole ? batch.nextOffset : last + 1
  }
}

extension Varve {
  /// The ends, as they are now, of the partitions with records that a group has not processed.
  fileprivate func unprocessed(
    by group: String, in topic: TopicDetails, _ range: ReadRange
  ) async throws -> [TopicPartition: Offset] {
    let committed = try await committedOffsets(of: group)
    var open: [TopicPartition: Offset] = [:]
    for partition in topic.topic.partitions {
      let end = try await latestOffset(
        of: partition.topic.description, partition: partition.partition,
        isolation: range.isolation)
      let start =
        if let offset = committed[partition]?.offset { offset } else {
          try await offset(of: range.start, in: partition, isolation: range.isolation)
        }
      if start < end { open[partition] = end }
    }
    return open
  }
}
