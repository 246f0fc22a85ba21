internal import VarveBase
internal import VarveCoordination
internal import VarveLog

extension BrokerShares {
  /// Copies records to the dead letters of their group, in the partition of the same number, and
  /// has the group be done with them. Those that the log has not any more have nothing to copy.
  /// `isAgain` says that some may have been copied: these are looked for, as are those of letters
  /// that are from before the broker was started.
  ///
  /// Throws where the group's topic of dead letters is missing, is the records' own, or cannot be
  /// written.
  func copyToDeadLetters(
    _ letters: [DeadLetter], of key: SharePartitionKey, isAgain: Bool
  ) async throws(CoordinatorError) {
    let shard = try shard(of: key)
    // Its topic is gone, and the state with it.
    guard let source = partition(of: key) else { return }
    if let target = try deadLetterPartition(of: key.group, source.id) {
      var copied: Set<Int64> = []
      if isAgain || letters.contains(where: \.isOld) {
        do throws(LogError) {
          copied =
            try CopiedDeadLetters(of: source.id, group: key.group, in: target.log).offsets
        } catch { throw CoordinatorError(storing: error) }
      }
      for letter in letters where !copied.contains(letter.offset) {
        try await copy(letter, of: key, from: source, to: target)
      }
    }
    try await shard.run { state, now in
      state.deadLettered(letters.map(\.offset), of: key, at: now)
    }
  }

  /// Nil where the group has none any more.
  private func deadLetterPartition(
    of group: String, _ source: TopicPartition
  ) throws(CoordinatorError) -> Partition? {
    guard let topic = configuration(of: group).deadLetterTopic else { return nil }
    guard topic != source.topic.description else {
      throw CoordinatorError(
        .invalidConfig,
        "group '\(group)' has its own topic '\(topic)' as the one of its dead letters: set "
          + "errors.deadletterqueue.topic.name to another")
    }
    do {
      let partitions = try broker.partitions(of: try TopicName(topic))
      return partitions[Int(source.partition) % partitions.count]
    } catch {
      throw CoordinatorError(
        .unknownTopicOrPartition,
        "the topic '\(topic)' of the dead letters of group '\(group)' cannot be written; create "
          + "it: \(error)")
    }
  }

  private func copy(
    _ letter: DeadLetter, of key: SharePartitionKey, from source: Partition, to target: Partition
  ) async throws(CoordinatorError) {
    do throws(LogError) {
      guard let batch = try deadLetterBatch(letter, of: key, from: source) else { return }
      let copy = try await target.append(batch)
      noteCopy(letter, of: key, in: target.id, at: copy.lastOffset)
    } catch { throw CoordinatorError(storing: error) }
  }

  private func noteCopy(
    _ letter: DeadLetter, of key: SharePartitionKey, in target: TopicPartition, at offset: Offset
  ) {
    guard ShareSettings(configuration(of: key.group)).isTraced else { return }
    let event = ShareEvent(
      .deadLettered, letter.offset...letter.offset,
      text: "\(target.topic)/\(target.partition)@\(offset)")
    broker.shareShards.effects.traces.write([event], of: key)
  }

  /// A batch of the one record. Nil where it is gone.
  private func deadLetterBatch(
    _ letter: DeadLetter, of key: SharePartitionKey, from source: Partition
  ) throws(LogError) -> ByteSlice? {
    guard letter.offset >= source.log.startOffset.rawValue else { return nil }
    let reading = try ShareReading(
      [AcquiredRecords(letter.offset...letter.offset, deliveryCount: 0)], of: source.log,
      bytesMax: 1)
    guard !reading.batches.isEmpty else { return nil }
    do throws(RecordBatchError) {
      let header = try RecordBatch.checkedHeader(reading.batches.bytes)
      var decompressor = RecordBatchDecompressor()
      let payload = try decompressor.payload(
        of: reading.batches, header: header, limit: Int(Int32.max) - 1)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() {
        guard record.offset.rawValue == letter.offset else { continue }
        var builder = RecordBatchBuilder()
        try builder.append(
          timestamp: record.timestamp, key: record.key, value: record.value,
          headers: DeadLetterHeader.headers(
            of: letter, source.id, group: key.group, after: record.headerList))
        try builder.finish()
        return builder.makeSlice()
      }
      return nil
    } catch { throw LogError(error, for: source.id) }
  }
}

extension RecordView {
  fileprivate var headerList: [RecordHeader] {
    var list: [RecordHeader] = []
    var headers = headers
    while let header = headers.next() {
      let value: ByteSlice? = if let value = header.value { ByteSlice(value) } else { nil }
      list.append(RecordHeader(key: ByteSlice(header.key), value: value))
    }
    return list
  }
}
