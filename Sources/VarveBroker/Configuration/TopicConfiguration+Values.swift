/// The configs that the log and the broker act on, typed. Times are in milliseconds and sizes in
/// bytes; the documentation of each is in its ``TopicConfigDefinition``.
extension TopicConfiguration {
  package var segmentBytes: Int { int("segment.bytes") }
  package var segmentMilliseconds: Int64 { long("segment.ms") }
  package var segmentJitterMilliseconds: Int64 { long("segment.jitter.ms") }
  package var segmentIndexBytes: Int { int("segment.index.bytes") }
  package var indexIntervalBytes: Int { int("index.interval.bytes") }
  package var fileDeleteDelay: Int64 { long("file.delete.delay.ms") }
  package var isPreallocated: Bool { boolean("preallocate") }

  /// Nil: records are kept for ever.
  package var retentionMilliseconds: Int64? { limit("retention.ms") }
  /// Nil: a partition may have any size.
  package var retentionBytes: Int64? { limit("retention.bytes") }
  package var isDeleted: Bool { list("cleanup.policy").contains("delete") }
  package var isCompacted: Bool { list("cleanup.policy").contains("compact") }

  package var maxMessageBytes: Int { int("max.message.bytes") }
  package var compression: TopicCompression {
    switch string("compression.type") {
    case "uncompressed": .uncompressed
    case "gzip": .gzip(level: compressionLevel("gzip"))
    case "snappy": .snappy
    case "lz4": .lz4(level: compressionLevel("lz4"))
    case "zstd": .zstd(level: compressionLevel("zstd"))
    default: .producer
    }
  }

  package var isAppendTime: Bool { string("message.timestamp.type") == "LogAppendTime" }
  package var timestampBeforeMax: Int64 { long("message.timestamp.before.max.ms") }
  package var timestampAfterMax: Int64 { long("message.timestamp.after.max.ms") }

  package var minCleanableDirtyRatio: Double {
    self["min.cleanable.dirty.ratio"].number ?? 0.5
  }
  package var minCompactionLag: Int64 { long("min.compaction.lag.ms") }
  package var maxCompactionLag: Int64 { long("max.compaction.lag.ms") }
  package var deleteRetention: Int64 { long("delete.retention.ms") }

  /// Nil: not by the number of records.
  package var flushMessages: Int64? { finite("flush.messages") }
  /// Nil: not by time.
  package var flushMilliseconds: Int64? { finite("flush.ms") }
  package var minInSyncReplicas: Int { int("min.insync.replicas") }

  package var durability: TopicDurability {
    switch string("varve.durability") {
    case "group": .group
    case "interval": .interval(milliseconds: long("varve.flush.interval.ms"))
    default: .buffered
    }
  }
  /// How long a segment has been closed before it is rewritten as gzip batches; nil: never.
  package var coldCompressionAfter: Int64? {
    string("varve.cold.compression") == "gzip" ? long("varve.cold.compression.after.ms") : nil
  }
  package var coldBatchBytes: Int { int("varve.cold.batch.bytes") }

  private func compressionLevel(_ codec: String) -> Int32 {
    Int32(clamping: long("compression.\(codec).level"))
  }

  /// A number where -1 means none.
  private func limit(_ name: String) -> Int64? {
    let number = long(name)
    return number < 0 ? nil : number
  }

  /// A number where the largest means none.
  private func finite(_ name: String) -> Int64? {
    let number = long(name)
    return number == .max ? nil : number
  }
}

/// How a topic's batches are stored.
package enum TopicCompression: Hashable, Sendable {
  /// As the producer sent them.
  case producer
  case uncompressed
  /// -1 for zlib's default level.
  case gzip(level: Int32)
  case snappy
  case lz4(level: Int32)
  case zstd(level: Int32)
}

/// When a topic's records are acknowledged and made durable.
package enum TopicDurability: Hashable, Sendable {
  /// Acknowledged once the system has them.
  case buffered
  /// As ``buffered``, and flushed at an interval.
  case interval(milliseconds: Int64)
  /// Acknowledged once they are on the disk, by flushes shared with others that wait.
  case group
}
