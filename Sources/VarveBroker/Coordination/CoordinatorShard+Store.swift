internal import VarveBase
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

/// Appending what was decided.
extension CoordinatorShard {
  /// Appends the records of a decision: as one batch, or, where they need not be together, in
  /// batches of half of what the topic takes.
  func store(
    _ records: [State.Record], isAtomic: Bool, _ producer: ProducerIdentity?,
    _ guarded: inout Guarded
  ) throws(LogError) {
    guard !records.isEmpty else { return }
    let limit = isAtomic ? Int.max : partition.log.configuration.maxMessageBytes / 2
    do {
      start(producer, isControl: false, &guarded)
      for record in records {
        let (key, value) = record.encoded
        if guarded.builder.sizeInBytes > limit {
          try append(&guarded)
          start(producer, isControl: false, &guarded)
        }
        try guarded.builder.append(timestamp: time.now, key: key, value: value)
      }
      try append(&guarded)
    } catch { throw LogError(any: error, partition.id) }
  }

  /// Appends the marker that ends a producer's transaction.
  func storeMarker(
    of producer: ProducerIdentity, _ coordinatorEpoch: Int32, _ commits: Bool,
    _ guarded: inout Guarded
  ) throws(CoordinatorError) {
    do {
      start(producer, isControl: true, &guarded)
      try guarded.builder.appendMarker(
        commits: commits, coordinatorEpoch: coordinatorEpoch, timestamp: time.now)
      try append(&guarded)
    } catch { throw CoordinatorError(storing: LogError(any: error, partition.id)) }
  }

  /// Whether the topic takes the records in one batch. Whoever cannot do with an answer that its
  /// records were not stored, and a coordinator that was loaded again, asks before.
  func takes(_ records: [State.Record]) -> Bool {
    var builder = RecordBatchBuilder()
    for record in records {
      let (key, value) = record.encoded
      do throws(RecordBatchError) {
        try builder.append(timestamp: time.now, key: key, value: value)
      } catch { return false }
    }
    return builder.sizeInBytes <= partition.log.configuration.maxMessageBytes
  }

  private func start(
    _ producer: ProducerIdentity?, isControl: Bool, _ guarded: inout Guarded
  ) {
    guarded.builder.reset()
    guarded.builder.producerID = producer?.id ?? -1
    guarded.builder.producerEpoch = producer?.epoch ?? -1
    guarded.builder.isTransactional = producer != nil
    guarded.builder.isControl = isControl
  }

  private func append(_ guarded: inout Guarded) throws {
    try guarded.builder.finish()
    let result = try partition.store(guarded.builder.bytes)
    if result.mustSync { guarded.unsyncedEnd = result.lastOffset + 1 }
  }
}
