package import VarveLog

extension TopicConfiguration {
  /// What the log acts on.
  package var logConfiguration: LogConfiguration {
    var log = LogConfiguration()
    setSegments(&log)
    setCleanup(&log)
    setDurability(&log)
    setRecords(&log)
    return log
  }

  private func setSegments(_ log: inout LogConfiguration) {
    log.segmentBytes = int("segment.bytes")
    log.segmentMilliseconds = long("segment.ms")
    log.segmentJitterMilliseconds = long("segment.jitter.ms")
    log.isPreallocated = bool("preallocate")
    log.segmentIndexBytes = int("segment.index.bytes")
    log.indexIntervalBytes = int("index.interval.bytes")
    log.fileDeleteDelayMilliseconds = long("file.delete.delay.ms")
    log.isColdCompressed = string("varve.cold.compression") == "gzip"
    log.coldCompressionAfterMilliseconds = long("varve.cold.compression.after.ms")
    log.coldBatchBytes = int("varve.cold.batch.bytes")
  }

  private func setCleanup(_ log: inout LogConfiguration) {
    let policies = list("cleanup.policy")
    log.cleanupPolicy = []
    if policies.contains("delete") { log.cleanupPolicy.insert(.delete) }
    if policies.contains("compact") { log.cleanupPolicy.insert(.compact) }
    log.retentionMilliseconds = long("retention.ms")
    log.retentionBytes = long("retention.bytes")
    log.deleteRetentionMilliseconds = long("delete.retention.ms")
    log.minCleanableDirtyRatio = self[name: "min.cleanable.dirty.ratio"].number ?? 0.5
    log.minCompactionLagMilliseconds = minCompactionLag
    log.maxCompactionLagMilliseconds = maxCompactionLag
  }

  private func setDurability(_ log: inout LogConfiguration) {
    log.flushMessages = long("flush.messages")
    log.flushMilliseconds = long("flush.ms")
    log.durability = Durability(rawValue: string("varve.durability")) ?? .buffered
    log.flushIntervalMilliseconds = long("varve.flush.interval.ms")
  }

  private func setRecords(_ log: inout LogConfiguration) {
    log.maxMessageBytes = int("max.message.bytes")
    log.timestampType =
      string("message.timestamp.type") == "LogAppendTime" ? .logAppend : .create
    log.timestampBeforeMaxMilliseconds = long("message.timestamp.before.max.ms")
    log.timestampAfterMaxMilliseconds = long("message.timestamp.after.max.ms")
    switch string("compression.type") {
    case "uncompressed": log.compression = CompressionCodec.none
    case "gzip": setCompression(.gzip, levelOf: "compression.gzip.level", &log)
    case "snappy": log.compression = .snappy
    case "lz4": setCompression(.lz4, levelOf: "compression.lz4.level", &log)
    case "zstd": setCompression(.zstd, levelOf: "compression.zstd.level", &log)
    default: log.compression = nil
    }
  }

  private func setCompression(
    _ codec: CompressionCodec, levelOf name: String, _ log: inout LogConfiguration
  ) {
    log.compression = codec
    let level = Int32(clamping: long(name))
    // -1 asks for gzip's own default; for zstd it is a level like others.
    log.compressionLevel = codec == .gzip && level == -1 ? nil : level
  }
}
