internal import VarveBase
internal import VarveLog

/// A consumer of a share group (KIP-932): records are shared out one by one, not by partitions, and
/// each is its consumer's until it is acknowledged.
///
/// ```swift
/// let consumer = try await varve.shareConsumer(group: "mailers", topics: ["mails"])
/// while true {
///   for record in try await consumer.poll() {
///     do {
///       try await send(record)
///       try await consumer.acknowledge(record)
///     } catch { try await consumer.acknowledge(record, as: .release()) }
///   }
/// }
/// ```
///
/// Any number of consumers may take from one partition. A record whose consumer says nothing comes
/// again once its lock is over. May be used from any task; records may be acknowledged in any
/// order.
///
/// In the program that has the log open a consumer takes from all partitions of its topics. At a
/// broker it is a member of its group, by heartbeats, and takes from those that the group assigns
/// to it; a connection that is lost is made again, and what the consumer had then is others' at
/// once.
public final class ShareConsumer: Sendable {
  public let group: String
  /// What the broker knows the consumer by.
  public let memberID: String
  private let engine: any ShareEngine
  private let partitions: [TopicPartition]
  private let options: Options

  public struct Options: Sendable {
    /// The most records that a poll returns.
    public var recordsMax = 500
    /// The most bytes of batches that a poll reads, unless one batch is larger.
    public var bytesMax = 1 << 20
    /// How long a poll waits for a record.
    public var pollTimeout = Duration.milliseconds(500)

    public init() {}
  }

  init(
    _ engine: any ShareEngine, group: String, memberID: String, partitions: [TopicPartition],
    options: Options
  ) {
    self.engine = engine
    self.group = group
    self.memberID = memberID
    self.partitions = partitions
    self.options = options
  }

  deinit { engine.abandon(identity) }

  private var identity: ShareIdentity { ShareIdentity(group: group, member: memberID) }

  /// Takes records: none where none came in time, or the task was cancelled.
  ///
  /// Throws `.unknownTopicOrPartition` where a topic is gone, `.closed`, `.corrupt`; at a broker
  /// also `.unavailable` where it was away for some seconds, and `.groupFull`, `.unknownGroup` or
  /// `.unsupportedVersion` where the group has no place, or the broker no such groups.
  public func poll(recordsMax: Int? = nil) async throws(VarveError) -> [SharedRecord] {
    let slices = try await engine.fetch(
      partitions, for: identity, recordsMax: recordsMax ?? options.recordsMax,
      bytesMax: options.bytesMax, wait: options.pollTimeout.milliseconds)
    var records: [SharedRecord] = []
    for slice in slices { try await take(slice, into: &records) }
    return records
  }

  /// Says what became of records.
  ///
  /// Throws `.notAssigned` where the consumer has one of them not any more, its lock being over: it
  /// may have been delivered to another. Then of none of its partition it counts. Throws
  /// `.unavailable` where a broker was away for some seconds: what it has not heard comes again;
  /// `.invalidArgument` for a token that is empty or longer than 249 bytes.
  public func acknowledge(
    _ records: [SharedRecord], as acknowledgement: ShareAcknowledgement = .accept
  ) async throws(VarveError) {
    if let token = acknowledgement.token { try ParkToken.check(token) }
    var offsets: [TopicPartition: [Offset]] = [:]
    for record in records { offsets[record.source, default: []].append(record.offset) }
    for (partition, offsets) in offsets {
      try await engine.acknowledge(
        Self.ranges(offsets.sorted()), of: partition, for: identity, as: acknowledgement)
    }
  }

  /// Says what became of a record.
  public func acknowledge(
    _ record: SharedRecord, as acknowledgement: ShareAcknowledgement = .accept
  ) async throws(VarveError) {
    if let token = acknowledgement.token { try ParkToken.check(token) }
    try await engine.acknowledge(
      [record.offset...record.offset], of: record.source, for: identity, as: acknowledgement)
  }

  /// Gives back what was not acknowledged: others may have it at once. At a broker the consumer
  /// leaves its group, too.
  public func close() async throws(VarveError) {
    try await engine.release(partitions, of: identity)
  }

  /// Picks the records that are the consumer's. Offsets that have none are done with at once.
  private func take(
    _ slice: SharedSlice, into records: inout [SharedRecord]
  ) async throws(VarveError) {
    guard let first = slice.acquired.first, let last = slice.acquired.last else { return }
    let batch = try ConsumedBatch(
      LogSlice(
        bytes: slice.batches, startOffset: 0, lastStableOffset: Offset(Int64.max),
        endOffset: Offset(Int64.max)),
      of: slice.source,
      ConsumedBatch.Filter(first.offsets.lowerBound..<last.offsets.upperBound + 1))
    var ranges = slice.acquired[...]
    var missing: [ClosedRange<Offset>] = []
    var next = first.offsets.lowerBound
    for record in batch {
      while let range = ranges.first, range.offsets.upperBound < record.offset {
        if next <= range.offsets.upperBound { missing.append(next...range.offsets.upperBound) }
        ranges.removeFirst()
        next = ranges.first?.offsets.lowerBound ?? next
      }
      guard let range = ranges.first else { break }
      guard record.offset >= next else { continue }
      if record.offset > next { missing.append(next...Offset(record.offset.rawValue - 1)) }
      records.append(
        SharedRecord(source: slice.source, record: record, deliveryCount: range.deliveryCount))
      next = record.offset + 1
    }
    for range in ranges {
      next = max(next, range.offsets.lowerBound)
      if next <= range.offsets.upperBound { missing.append(next...range.offsets.upperBound) }
    }
    guard !missing.isEmpty else { return }
    // Where that fails, they come again, and are missing again: no reason to lose the records.
    try? await engine.acknowledge(missing, of: slice.source, for: identity, as: .accept)
  }

  private static func ranges(_ offsets: [Offset]) -> [ClosedRange<Offset>] {
    var ranges: [ClosedRange<Offset>] = []
    for offset in offsets {
      if let last = ranges.last, last.upperBound + 1 == offset {
        ranges[ranges.count - 1] = last.lowerBound...offset
      } else {
        ranges.append(offset...offset)
      }
    }
    return ranges
  }
}
