internal import VarveBase
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

/// Reads a partition of an internal topic into its coordinator.
enum CoordinatorLog {
  /// Replays the whole log.
  ///
  /// Records of types that a later Kafka made are left out. Throws `.corrupt`, with the offset, for
  /// a record that does not decode or a batch that is damaged.
  static func replay<State: Coordinator>(
    _ log: PartitionLog, into coordinator: inout State
  ) throws(LogError) {
    var cursor = try LogCursor(log, from: log.startOffset)
    var decompressor = RecordBatchDecompressor()
    while let bytes = try cursor.next(maxBytes: 1 << 20) {
      var position = 0
      while position < bytes.count {
        var offset: Offset?
        do throws(RecordBatchError) {
          let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
          offset = header.baseOffset
          let batch = bytes.slice(position..<position + header.sizeInBytes)
          try RecordBatch.verifyChecksum(batch.bytes, header: header)
          let payload = try decompressor.payload(
            of: batch, header: header, limit: Int(Int32.max) - 1)
          try replay(payload.bytes, header, into: &coordinator)
          position += header.sizeInBytes
        } catch {
          throw LogError(
            .corrupt,
            "\(error.message); the coordinator of this partition cannot be loaded: restore the "
              + "partition's files, or cut the log back with varve log repair",
            partition: log.partition, offset: offset)
        }
      }
    }
  }

  private static func replay<State: Coordinator>(
    _ payload: RawSpan, _ header: RecordBatchHeader, into coordinator: inout State
  ) throws(RecordBatchError) {
    let producerID = header.attributes.isTransactional ? header.producerID : nil
    var records = RecordIterator(payload: payload, header: header)
    while let record = try records.next() {
      if header.attributes.isControl {
        switch try ControlRecord(record) {
        case .commit: coordinator.replayMarker(producerID: header.producerID, commits: true)
        case .abort: coordinator.replayMarker(producerID: header.producerID, commits: false)
        default: break
        }
        continue
      }
      guard let key = record.key else {
        throw RecordBatchError(.malformedRecord, "record \(record.offset) has no key")
      }
      do throws(WireError) {
        guard let decoded = try State.Record(key: key, value: record.value) else { continue }
        coordinator.replay(decoded, producerID: producerID)
      } catch {
        throw RecordBatchError(
          .malformedRecord, "record \(record.offset) does not decode: \(error)")
      }
    }
  }
}
