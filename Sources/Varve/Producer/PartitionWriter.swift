public import VarveBase
internal import VarveLog

/// Writes batches to one partition from one thread, without a task: the fastest way in.
///
/// ```swift
/// var writer = try varve.writer("orders", partition: 0)
/// for order in orders {
///   try writer.append(key: order.customer, value: order.bytes)
/// }
/// let receipt = try writer.commit()
/// ```
///
/// Records are collected in memory of the writer's own, which it keeps: appending allocates
/// nothing. ``commit()`` stores them as one batch and returns once that counts as written by the
/// topic's durability, blocking meanwhile; a batch that is full is committed by itself.
///
/// What was appended and not committed is lost with the writer. Writers and producers to the same
/// partition may be used at once; each of their batches stays whole.
public struct PartitionWriter: ~Copyable {
  private let client: any PartitionClient
  public let partition: TopicPartition
  private let time: any TimeSource
  private let compression: Compression
  private let batchBytes: Int
  private var builder: RecordBatchBuilder
  private var rules: RecordRules
  /// When the batch was begun.
  private var clock: Timestamp
  /// The records that are appended and not committed.
  public private(set) var count = 0
  /// Bytes that are left of the batch at least.
  private var room = 0
  private var lastTimestamp = Timestamp.none
  /// Of the last record stored.
  private var last: (offset: Offset, timestamp: Timestamp)?

  package init(
    _ client: any PartitionClient, time: any TimeSource, compression: Compression, batchBytes: Int
  ) throws(VarveError) {
    try compression.check()
    self.client = client
    partition = client.id
    self.time = time
    self.compression = compression
    self.batchBytes = batchBytes
    rules = client.rules
    clock = .none
    builder = Self.builder(rules.compression ?? compression)
  }

  private static func builder(_ compression: Compression) -> RecordBatchBuilder {
    RecordBatchBuilder(codec: compression.codec, level: compression.level)
  }

  /// Adds a record to the batch.
  ///
  /// - Parameters:
  ///   - timestamp: nil for when the batch was begun.
  ///   - key: nil for none.
  ///   - value: nil for a null value.
  /// - Throws: `.recordTooLarge`, `.invalidRecord`, `.invalidTimestamp`: then it was not added.
  ///   What ``commit()`` throws, where the batch is full: then its records are lost, and this one
  ///   was not added.
  public mutating func append(
    timestamp: Timestamp? = nil, key: RawSpan? = nil, value: RawSpan?
  ) throws(VarveError) {
    if count == 0 { begin() }
    let timestamp = timestamp ?? clock
    room &-= BatchEntry.sizeMax(key, value)
    if room < 0 || !rules.takes(timestamp, at: clock) || rules.requiresKeys && key == nil {
      try judge(BatchEntry(timestamp: timestamp, key: key, value: value, headers: []))
    }
    do throws(RecordBatchError) {
      try builder.append(timestamp: timestamp, key: key, value: value)
    } catch { throw VarveError(building: error, for: partition) }
    count &+= 1
    lastTimestamp = timestamp
  }

  /// Adds a record with headers, or with a key and value of other types.
  public mutating func append(
    timestamp: Timestamp? = nil, key: (any Payload)? = nil, value: (any Payload)?,
    headers: [Header] = []
  ) throws(VarveError) {
    if count == 0 { begin() }
    let record = OutgoingRecord(
      partition: nil, headers: headers, timestamp: timestamp)
    let recordHeaders = record.recordHeaders
    try OutgoingRecord.withBytes(of: key, value) { (key, value) throws(VarveError) in
      let entry = BatchEntry(
        timestamp: timestamp ?? clock, key: key, value: value, headers: recordHeaders)
      room &-= entry.sizeMax
      try judge(entry)
      do throws(RecordBatchError) {
        try builder.append(
          timestamp: entry.timestamp, key: key, value: value, headers: recordHeaders)
      } catch { throw VarveError(building: error, for: partition) }
      count &+= 1
      lastTimestamp = entry.timestamp
    }
  }

  /// Stores the records appended so far as one batch, and waits until it counts as written.
  ///
  /// Returns the receipt of the last record; nil where nothing was ever appended. Throws what the
  /// log said: then the records of the batch are lost, and the writer can go on.
  @discardableResult
  public mutating func commit() throws(VarveError) -> RecordReceipt? {
    guard count > 0 else { return lastReceipt }
    defer {
      builder.reset()
      count = 0
    }
    let batch = try Self.store(&builder, in: client)
    let (offset, timestamp) = (
      batch.firstOffset + Int64(count - 1), batch.logAppendTime ?? lastTimestamp
    )
    last = (offset, timestamp)
    return RecordReceipt(partition: partition, offset: offset, timestamp: timestamp)
  }

  private static func store(
    _ builder: inout RecordBatchBuilder, in client: any PartitionClient
  ) throws(VarveError) -> AppendedBatch {
    let batch: RawSpan
    do throws(RecordBatchError) { batch = try builder.finish() } catch {
      throw VarveError(building: error, for: client.id)
    }
    return try client.append(batch)
  }

  private var lastReceipt: RecordReceipt? {
    last.map { RecordReceipt(partition: partition, offset: $0.offset, timestamp: $0.timestamp) }
  }

  private var limit: Int { min(batchBytes, rules.batchBytesMax) }

  /// Begins a batch. What the topic asks of records is asked anew each millisecond.
  private mutating func begin() {
    let now = time.now
    if now != clock {
      clock = now
      rules = client.rules
      let wanted = rules.compression ?? compression
      if builder.codec != wanted.codec || builder.level != wanted.level {
        builder = Self.builder(wanted)
      }
    }
    room = limit - RecordBatchHeader.byteCount
  }

  /// Judges a record whose bytes were taken from the room, and commits the batch where it does not
  /// fit into it.
  @inline(never)
  private mutating func judge(_ entry: borrowing BatchEntry) throws(VarveError) {
    let size = entry.sizeMax
    do throws(VarveError) {
      try entry.check(rules, bufferBytes: Int(Int32.max), now: clock, for: partition)
    } catch {
      room &+= size
      throw error
    }
    if room < 0 { try makeMoreRoom(for: size) }
  }

  /// The bytes taken were counted generously; here they are counted exactly.
  private mutating func makeMoreRoom(for size: Int) throws(VarveError) {
    room = limit - builder.sizeInBytes - size
    guard room < 0, count > 0 else { return }
    try commit()
    begin()
    room -= size
  }
}

extension Varve {
  /// A writer of batches to a partition, for one thread.
  ///
  /// - Parameters:
  ///   - topic: one that exists.
  ///   - partition: one that it has.
  ///   - compression: where the topic does not have a codec of its own.
  ///   - batchBytes: the size at which a batch is committed by itself; the topic's
  ///     `max.message.bytes` is the limit where that is less.
  /// - Throws: `.unknownTopicOrPartition`, `.unsupportedCompression`; `.unavailable` where the
  ///   topic is not known yet without waiting for it.
  public func writer(
    _ topic: String, partition: Int32, compression: Compression = .none,
    batchBytes: Int = 256 << 10
  ) throws(VarveError) -> PartitionWriter {
    guard let route = try cluster.knownRoute(to: topic) else {
      throw VarveError(.unavailable, "topic '\(topic)' is not known yet: describe it first")
    }
    return try PartitionWriter(
      route.partition(partition), time: cluster.time, compression: compression,
      batchBytes: batchBytes)
  }
}
