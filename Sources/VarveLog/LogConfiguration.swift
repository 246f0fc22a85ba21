/// What a partition's log needs to know of its topic's configuration, as plain values.
///
/// The defaults are Kafka's. Names, parsing and validation are the broker's (`TopicConfiguration`).
package struct LogConfiguration: Sendable, Equatable {
  /// `segment.bytes`: the most a segment's `.log` holds. At most `Limits.segmentBytesMax`.
  package var segmentBytes = 1 << 30
  /// `segment.ms`: a segment is rolled once this much time lies between its first record and the
  /// next one.
  package var segmentMilliseconds: Int64 = 7 * 24 * 3_600_000
  /// `segment.jitter.ms`: the most that each segment is rolled earlier than that, so that those of
  /// many partitions are not all rolled at once.
  package var segmentJitterMilliseconds: Int64 = 0
  /// `preallocate`: the blocks of a whole segment are reserved when it is made.
  package var isPreallocated = false
  /// `segment.index.bytes`: the most each of a segment's two indexes holds.
  package var segmentIndexBytes = 10 << 20
  /// `index.interval.bytes`: bytes of log between two index entries.
  package var indexIntervalBytes = 4096
  /// `max.message.bytes`: the largest batch.
  package var maxMessageBytes = 1_048_588

  /// `retention.ms`: closed segments whose newest record is older are removed; -1 keeps them.
  package var retentionMilliseconds: Int64 = 7 * 24 * 3_600_000
  /// `retention.bytes`: the oldest segments go while the rest is at least this large; -1 keeps all.
  package var retentionBytes: Int64 = -1
  /// `file.delete.delay.ms`: time between a segment's removal and the unlinking of its files.
  package var fileDeleteDelayMilliseconds: Int64 = 60_000

  /// `cleanup.policy`.
  package var cleanupPolicy: CleanupPolicy = .delete
  /// `delete.retention.ms`: how long a tombstone outlives its compaction.
  package var deleteRetentionMilliseconds: Int64 = 24 * 3_600_000
  /// `min.cleanable.dirty.ratio`: the share of never compacted bytes that makes a log worth it.
  package var minCleanableDirtyRatio = 0.5
  /// `min.compaction.lag.ms`: records younger than this are left as they are.
  package var minCompactionLagMilliseconds: Int64 = 0
  /// `max.compaction.lag.ms`: a record older than this makes its log due whatever the ratio.
  package var maxCompactionLagMilliseconds = Int64.max

  /// `flush.messages`: records appended between two forced syncs.
  package var flushMessages = Int64.max
  /// `flush.ms`: milliseconds between two forced syncs of a log with something to sync.
  package var flushMilliseconds = Int64.max
  /// `varve.durability`: when an append counts as done.
  package var durability: Durability = .buffered
  /// `varve.flush.interval.ms`: milliseconds between two syncs at durability `interval`.
  package var flushIntervalMilliseconds: Int64 = 1000

  /// `message.timestamp.type`.
  package var timestampType: TimestampType = .create
  /// `message.timestamp.before.max.ms`: how far before the broker's clock a record may be stamped.
  package var timestampBeforeMaxMilliseconds = Int64.max
  /// `message.timestamp.after.max.ms`: how far after it.
  package var timestampAfterMaxMilliseconds: Int64 = 3_600_000
  /// `compression.type`: nil stores batches as the producer made them.
  package var compression: CompressionCodec?
  /// `compression.LEVEL.level` of the codec above; nil is the codec's own default.
  package var compressionLevel: Int32?

  /// `varve.cold.compression`: closed segments are rewritten as gzip batches.
  package var isColdCompressed = false
  /// `varve.cold.compression.after.ms`: age of a segment's newest record at which that happens.
  package var coldCompressionAfterMilliseconds: Int64 = 24 * 3_600_000
  /// `varve.cold.batch.bytes`: uncompressed bytes that one such batch aims at; what one random
  /// read has to decompress.
  package var coldBatchBytes = 256 << 10

  /// `producer.id.expiration.ms`: idle time after which a producer's sequences are forgotten.
  package var producerExpirationMilliseconds: Int64 = 24 * 3_600_000

  package init() {}

  /// The time after which a segment is rolled: on compacted topics no later than a record in it has
  /// to be compacted, which only closed segments are (KIP-354).
  var rollMilliseconds: Int64 {
    guard cleanupPolicy.contains(.compact), maxCompactionLagMilliseconds > 0 else {
      return segmentMilliseconds
    }
    return min(segmentMilliseconds, maxCompactionLagMilliseconds)
  }
}

/// `cleanup.policy`: what becomes of old records. Empty keeps everything.
package struct CleanupPolicy: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whole segments are removed by age and size.
  package static let delete = CleanupPolicy(rawValue: 1)
  /// Of each key only the newest record is kept.
  package static let compact = CleanupPolicy(rawValue: 2)
}

/// When an append counts as done.
package enum Durability: String, Sendable, CaseIterable {
  /// In the page cache: survives the crash of the process, not a power loss. Kafka's default.
  case buffered
  /// As `buffered`, and synced at a fixed interval: a power loss costs at most that much.
  case interval
  /// Synced to the disk, by a sync shared with all that wait at the time: survives a power loss.
  case group
}
