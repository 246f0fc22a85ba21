internal import VarveLog

/// Reads one partition batch by batch on the calling thread, without `async`: for benchmarks,
/// stream processors and tools.
///
/// ```swift
/// var reader = try await varve.reader("orders", partition: 0)
/// while let batch = try reader.next() {
///   batch.forEachRecord { record in … }
/// }
/// ```
///
/// It ends at the end that the partition has at the time; asking again later goes on from there.
public struct BatchReader: Sendable {
  private let client: any PartitionClient
  private let isolation: Isolation
  /// The most bytes of a batch, unless one stored batch is larger.
  public var batchBytes = 1 << 20
  /// Compares the checksum of everything read.
  public var verifiesChecksums = true
  /// The offset that is read next.
  public private(set) var position: Offset

  init(_ client: any PartitionClient, from offset: Offset, isolation: Isolation) {
    self.client = client
    self.isolation = isolation
    position = offset
  }

  /// The next records; nil at the end. Blocks for at most the disk.
  ///
  /// Throws `.offsetOutOfRange` where retention has passed the position, `.corrupt` and what the
  /// disk said.
  public mutating func next() throws(VarveError) -> ConsumedBatch? {
    while true {
      let slice = try client.read(from: position, maxBytes: batchBytes, isolation: isolation)
      let batch = try ConsumedBatch(
        slice, of: client.id,
        ConsumedBatch.Filter(
          from: position, isolation: isolation, verifiesChecksums: verifiesChecksums))
      guard batch.nextOffset > position else { return nil }
      position = batch.nextOffset
      if !batch.isEmpty { return batch }
    }
  }

  /// As ``next()``, without blocking the thread where the engine is far away.
  public mutating func fetch() async throws(VarveError) -> ConsumedBatch? {
    while true {
      let slice = try await client.fetch(
        from: position, maxBytes: batchBytes, isolation: isolation)
      let batch = try ConsumedBatch(
        slice, of: client.id,
        ConsumedBatch.Filter(
          from: position, isolation: isolation, verifiesChecksums: verifiesChecksums))
      guard batch.nextOffset > position else { return nil }
      position = batch.nextOffset
      if !batch.isEmpty { return batch }
    }
  }

  /// Lends every record up to the end, checking each as it comes to it: one pass over the bytes,
  /// the fastest way through a partition.
  ///
  /// ```swift
  /// try reader.forEachRecord { record in total += record.value?.byteCount ?? 0 }
  /// ```
  ///
  /// What `body` throws ends the reading; ``position`` is behind the record that it threw at.
  public mutating func forEachRecord(
    _ body: (borrowing BorrowedRecord) throws(VarveError) -> Void
  ) throws(VarveError) {
    var decompressor = RecordBatchDecompressor()
    while true {
      let start = position
      let slice = try client.read(from: start, maxBytes: batchBytes, isolation: isolation)
      var walk = BatchWalk(
        slice, of: client.id,
        ConsumedBatch.Filter(
          from: start, isolation: isolation, verifiesChecksums: verifiesChecksums))
      while let stored = try walk.next() {
        if stored.isShown {
          let payload = try walk.payload(of: stored, with: &decompressor)
          try walk.forEachRecord(of: payload, stored.header, passed: &position, body)
        }
        position = walk.nextOffset
      }
      if position == start { return }
    }
  }

  /// Suspends until there is a record to read, or the task is cancelled.
  public func waitForRecord() async { await client.waitForRecord(at: position) }
}

extension Varve {
  /// A synchronous reader of one partition. Throws `.unknownTopicOrPartition`,
  /// `.offsetOutOfRange`.
  public func reader(
    _ topic: String, partition: Int32, from start: StartPosition = .earliest,
    isolation: Isolation = .readUncommitted
  ) async throws(VarveError) -> BatchReader {
    let client = try await client(topic, partition)
    let offset = try await start.offset(in: client, isolation: isolation)
    return BatchReader(client, from: offset, isolation: isolation)
  }
}
