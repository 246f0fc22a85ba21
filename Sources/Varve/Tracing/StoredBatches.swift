internal import VarveBase
internal import VarveLog

/// The batches of a partition as they are stored, markers of transactions included.
struct StoredBatches {
  private let client: any PartitionClient
  private var bytes = ByteSlice()
  private var position = 0
  private var next: Offset

  init(_ client: any PartitionClient, from offset: Offset) {
    self.client = client
    next = offset
  }

  struct Batch {
    let header: RecordBatchHeader
    let bytes: ByteSlice
  }

  /// The batch that holds the next offset, or the first one after it; nil at the end.
  ///
  /// Throws `.corrupt`, `.offsetOutOfRange`, and what the disk or the network said.
  mutating func batch() async throws(VarveError) -> Batch? {
    while true {
      if let batch = try storedBatch() {
        guard batch.header.lastOffset >= next else { continue }
        next = batch.header.lastOffset + 1
        return batch
      }
      let slice = try await client.fetch(
        from: next, maxBytes: 1 << 20, isolation: .readUncommitted)
      guard !slice.bytes.isEmpty else { return nil }
      (bytes, position) = (slice.bytes, 0)
    }
  }

  /// Nil where what was read has no whole batch any more: the first one always is whole.
  private mutating func storedBatch() throws(VarveError) -> Batch? {
    let (start, left) = (position, bytes.count - position)
    guard left > 0 else { return nil }
    do throws(RecordBatchError) {
      let header = try RecordBatch.checkedHeader(bytes.bytes, at: start)
      if header.sizeInBytes <= left {
        position += header.sizeInBytes
        return Batch(header: header, bytes: bytes.slice(start..<position))
      }
    } catch {
      if error.code != .truncated || start == 0 { throw VarveError(error, in: client.id) }
    }
    position = bytes.count
    return nil
  }
}
