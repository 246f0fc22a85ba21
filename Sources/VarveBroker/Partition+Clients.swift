package import VarveBase
package import VarveLog

extension Partition {
  /// Judges a batch that a client sent, by the topic's configuration, before it is appended:
  /// checksum, header and every record.
  ///
  /// Waits for nothing. With a decompressor that shares the broker's `largePayloads` a batch that a
  /// few bytes stand for may be `.busy`, and is to be judged again.
  package func judge(
    _ batch: RawSpan, now: Timestamp, with decompressor: inout RecordBatchDecompressor
  ) throws(BatchRejection) {
    let configuration = log.configuration
    let validator = BatchValidator(
      requiresKeys: configuration.cleanupPolicy.contains(.compact),
      timestampType: configuration.timestampType,
      timestampBeforeMaxMilliseconds: configuration.timestampBeforeMaxMilliseconds,
      timestampAfterMaxMilliseconds: configuration.timestampAfterMaxMilliseconds,
      payloadByteCountMax: Limits.clientPayloadBytesMax(
        batchBytesMax: configuration.maxMessageBytes))
    _ = try validator.validate(batch, now: now, with: &decompressor)
  }
}
