internal import Dispatch
package import VarveBase
package import VarveLog

/// What any number of batches may be unpacked to at a time.
private let ordinaryPayloadBytesMax = 3 << 20

/// Whose turn it is to unpack more.
private let largePayload = DispatchSemaphore(value: 1)

extension Partition {
  /// Judges a batch that a client sent, by the topic's configuration, before it is appended:
  /// checksum, header and every record.
  ///
  /// Of batches that a few bytes stand for, the records of one at a time are in memory: others wait
  /// their turn on their threads, for as long as it takes to unpack 32 MiB. Nothing else waits.
  package func judge(
    _ batch: RawSpan, now: Timestamp, with decompressor: inout RecordBatchDecompressor
  ) throws(BatchRejection) {
    let configuration = log.configuration
    let limit = Limits.clientPayloadBytesMax(batchBytesMax: configuration.maxMessageBytes)
    var validator = BatchValidator(
      requiresKeys: configuration.cleanupPolicy.contains(.compact),
      timestampType: configuration.timestampType,
      timestampBeforeMaxMilliseconds: configuration.timestampBeforeMaxMilliseconds,
      timestampAfterMaxMilliseconds: configuration.timestampAfterMaxMilliseconds,
      payloadByteCountMax: min(limit, ordinaryPayloadBytesMax))
    do throws(BatchRejection) {
      _ = try validator.validate(batch, now: now, with: &decompressor)
      return
    } catch { guard error.code == .tooLarge, limit > ordinaryPayloadBytesMax else { throw error } }
    validator.payloadByteCountMax = limit
    largePayload.wait()
    defer { largePayload.signal() }
    // Its memory is given back before the next one begins.
    defer { decompressor = RecordBatchDecompressor() }
    _ = try validator.validate(batch, now: now, with: &decompressor)
  }
}
