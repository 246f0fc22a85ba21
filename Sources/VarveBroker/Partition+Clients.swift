package import VarveBase
package import VarveLog

extension Partition {
  /// Judges a batch that a client sent, by the topic's configuration, before it is appended:
  /// checksum, header and every record. Takes no lock while it does.
  package func judge(
    _ batch: RawSpan, now: Timestamp, with decompressor: inout RecordBatchDecompressor
  ) throws(BatchRejection) {
    let configuration = log.configuration
    let validator = BatchValidator(
      requiresKeys: configuration.cleanupPolicy.contains(.compact),
      timestampType: configuration.timestampType,
      timestampBeforeMaxMilliseconds: configuration.timestampBeforeMaxMilliseconds,
      timestampAfterMaxMilliseconds: configuration.timestampAfterMaxMilliseconds)
    _ = try validator.validate(batch, now: now, with: &decompressor)
  }
}
