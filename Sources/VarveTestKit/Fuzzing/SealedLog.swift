internal import VarveBase
internal import VarveLog

/// Any bytes as a log, of which each batch has been given its checksum, so that what that covers is
/// looked at.
struct SealedLog {
  let bytes: ByteSlice

  init(_ bytes: RawSpan) {
    var sealed = Array(ByteSlice(bytes))
    var position = 0
    while let header = RecordBatchHeader(bytes, at: position),
      (RecordBatchHeader.byteCount...bytes.byteCount - position).contains(header.sizeInBytes)
    {
      let end = position + header.sizeInBytes
      let covered = position + RecordBatchHeader.Field.attributes..<end
      let checksum = CRC32C.checksum(bytes.extracting(covered))
      for index in 0..<4 {
        sealed[position + RecordBatchHeader.Field.checksum + index] =
          UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index))
      }
      position = end
    }
    self.bytes = ByteSlice(sealed)
  }

  /// Calls `body` with the records, up to the first that is none.
  func eachRecord(_ body: (borrowing RecordView, RecordBatchHeader) -> Void) {
    var position = 0
    while let header = try? RecordBatch.checkedHeader(bytes.bytes, at: position) {
      let end = position + header.sizeInBytes
      do {
        var records = try RecordIterator(bytes.bytes.extracting(position..<end))
        while let record = try records.next() { body(record, header) }
      } catch { return }
      position = end
    }
  }
}
