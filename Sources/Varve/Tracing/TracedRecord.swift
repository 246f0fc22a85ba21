package import VarveBase
internal import VarveLog

/// A record as it is stored, with who wrote it and what became of its transaction.
package struct TracedRecord: Sendable {
  package let place: TracePlace
  let topicID: TopicID
  package let record: Record
  /// Whether its time is the log's, of the append.
  package let isStampedByLog: Bool
  /// Nil where its producer has no number.
  package let producer: Producer?
  /// Nil where it is in no transaction.
  package let transaction: Transaction?

  package struct Producer: Hashable, Sendable {
    package let id: Int64
    package let epoch: Int16
    package let sequence: Int32
  }

  package enum Transaction: Hashable, Sendable {
    /// There is no marker so far.
    case open
    case ended(commits: Bool, marker: Offset, time: Timestamp)
  }

  func header(_ name: String) -> String? {
    record.header(name).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension TracedRecord {
  /// Reads a record.
  ///
  /// Throws `.unknownTopicOrPartition`, `.offsetOutOfRange` where it is gone or not there yet, and
  /// where a marker is at its offset or compaction has taken it; `.corrupt`, and what the disk or
  /// the network said.
  init(at place: TracePlace, in cluster: any Cluster) async throws(VarveError) {
    let route = try await cluster.route(to: place.partition.topic.description)
    let client = try route.partition(place.partition.partition)
    try await Self.checkRange(place, client)
    var batches = StoredBatches(client, from: place.offset)
    guard let batch = try await batches.batch(), batch.header.baseOffset <= place.offset else {
      throw .compacted(place)
    }
    let header = batch.header
    guard !header.attributes.isControl else { throw .marker(place) }
    let slice = LogSlice(
      bytes: batch.bytes, startOffset: header.baseOffset,
      lastStableOffset: header.lastOffset + 1, endOffset: header.lastOffset + 1)
    let records = try ConsumedBatch(
      slice, of: place.partition, ConsumedBatch.Filter(from: place.offset))
    guard let record = records.first(where: { $0.offset == place.offset }) else {
      throw .compacted(place)
    }
    self.place = place
    topicID = route.id
    self.record = record
    isStampedByLog = header.attributes.timestampType == .logAppend
    producer = Self.producer(of: place.offset, header)
    guard header.attributes.isTransactional else {
      transaction = nil
      return
    }
    transaction = try await Self.end(of: header.producerID, &batches, in: place.partition)
  }

  private static func checkRange(
    _ place: TracePlace, _ client: any PartitionClient
  ) async throws(VarveError) {
    let info = try await client.info()
    guard place.offset < info.endOffset else {
      throw VarveError(
        .offsetOutOfRange,
        "there is no record at \(place) yet: the partition ends at "
          + "\(info.endOffset)")
    }
    guard place.offset >= info.startOffset else {
      throw VarveError(
        .offsetOutOfRange,
        "the record at \(place) is gone: the partition starts at "
          + "\(info.startOffset) now, what was before was removed by retention or a deletion")
    }
  }

  private static func producer(of offset: Offset, _ header: RecordBatchHeader) -> Producer? {
    guard header.hasProducerID else { return nil }
    let delta = Int32(clamping: offset - header.baseOffset)
    return Producer(
      id: header.producerID, epoch: header.producerEpoch,
      sequence: RecordBatchHeader.sequence(header.baseSequence, advancedBy: delta))
  }

  /// The first marker of the producer that follows.
  private static func end(
    of producerID: Int64, _ batches: inout StoredBatches, in partition: TopicPartition
  ) async throws(VarveError) -> Transaction {
    while let batch = try await batches.batch() {
      guard batch.header.attributes.isControl, batch.header.producerID == producerID else {
        continue
      }
      do throws(RecordBatchError) {
        var records = try RecordIterator(batch.bytes.bytes)
        while let record = try records.next() {
          switch try ControlRecord(record) {
          case .commit:
            return .ended(commits: true, marker: record.offset, time: record.timestamp)
          case .abort:
            return .ended(commits: false, marker: record.offset, time: record.timestamp)
          default: break
          }
        }
      } catch { throw VarveError(error, in: partition) }
    }
    return .open
  }
}

extension VarveError {
  fileprivate static func compacted(_ place: TracePlace) -> VarveError {
    VarveError(
      .offsetOutOfRange, "there is no record at \(place) any more: compaction has removed it")
  }

  fileprivate static func marker(_ place: TracePlace) -> VarveError {
    VarveError(
      .offsetOutOfRange, "at \(place) is the marker of a transaction's end, and no record")
  }
}
