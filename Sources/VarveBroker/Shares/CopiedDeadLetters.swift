internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// Looks for dead letters that were copied and not noted as such, the broker having been stopped in
/// between: by the origin in their headers, among the last of the dead letters.
struct CopiedDeadLetters {
  /// How far back it is looked. A copy was among the very last when it was made; others may have
  /// been put in since.
  private static let recordsMax: Int64 = 10_000
  private static let bytesMax = 1 << 20

  let origin: TopicPartition
  let group: String
  private(set) var offsets: Set<Int64> = []

  init(of origin: TopicPartition, group: String, in target: PartitionLog) throws(LogError) {
    self.origin = origin
    self.group = group
    var next = Offset(
      max(target.startOffset.rawValue, target.endOffset.rawValue - Self.recordsMax))
    while next < target.endOffset {
      let bytes = try target.read(from: next, maxBytes: Self.bytesMax).bytes
      let end = try look(at: bytes, target)
      guard end > next else { return }
      next = end
    }
  }

  /// Returns the offset after the whole batches.
  private mutating func look(
    at bytes: ByteSlice, _ log: PartitionLog
  ) throws(LogError) -> Offset {
    var (position, end) = (0, Offset(0))
    while position < bytes.count {
      do throws(RecordBatchError) {
        let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
        try look(at: bytes.slice(position..<position + header.sizeInBytes), header)
        end = header.nextOffset
        position += header.sizeInBytes
      } catch {
        if error.code == .truncated, position > 0 { break }
        throw LogError(error, for: log.partition)
      }
    }
    return end
  }

  private mutating func look(
    at batch: ByteSlice, _ header: RecordBatchHeader
  ) throws(RecordBatchError) {
    guard !header.attributes.isControl, header.recordCount > 0 else { return }
    var decompressor = RecordBatchDecompressor()
    let payload = try decompressor.payload(
      of: batch, header: header, limit: Int(Int32.max) - 1)
    var records = RecordIterator(payload: payload.bytes, header: header)
    while let record = try records.next() { note(record) }
  }

  private mutating func note(_ record: borrowing RecordView) {
    var texts: [DeadLetterHeader: String] = [:]
    var headers = record.headers
    while let header = headers.next() {
      let name = String(decoding: ByteSlice(header.key), as: UTF8.self)
      guard let known = DeadLetterHeader(rawValue: name), let value = header.value else { continue }
      texts[known] = String(decoding: ByteSlice(value), as: UTF8.self)
    }
    guard texts[.group] == group, texts[.topic] == origin.topic.description,
      texts[.partition] == "\(origin.partition)", let offset = texts[.offset].flatMap({ Int64($0) })
    else { return }
    offsets.insert(offset)
  }
}
