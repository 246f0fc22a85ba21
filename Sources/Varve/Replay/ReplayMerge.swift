internal import VarveLog

/// The next records of one partition, up to a fixed end.
struct ReplaySource {
  private static let readBytes = 1 << 20

  private let client: any PartitionClient
  private let end: Offset
  private let isolation: Isolation
  private var position: Offset
  private var records: ConsumedBatch.Iterator?
  /// The record that comes next; nil before the first was asked for and after the last.
  private(set) var next: Record?

  init(_ client: any PartitionClient, from start: Offset, to end: Offset, isolation: Isolation) {
    self.client = client
    self.end = end
    self.isolation = isolation
    position = start
  }

  var partition: TopicPartition { client.id }

  /// Goes to the next record; `next` is nil after the last.
  mutating func advance() async throws(VarveError) {
    while true {
      next = records?.next()
      if next != nil { return }
      guard position < end else { return }
      let slice = try await client.fetch(
        from: position, maxBytes: Self.readBytes, isolation: isolation)
      let batch = try ConsumedBatch(
        slice, of: client.id, ConsumedBatch.Filter(position..<end, isolation: isolation))
      // Only where the log was cut under the reader is there nothing before an end that was there.
      guard batch.nextOffset > position else { return }
      position = batch.nextOffset
      records = batch.makeIterator()
    }
  }
}

/// Several partitions as one history: the oldest of their next records comes first; of records of
/// the same time that of the lower partition.
struct ReplayMerge {
  private var sources: [ReplaySource]
  private var isPrimed = false

  init(_ sources: [ReplaySource]) { self.sources = sources }

  mutating func next() async throws(VarveError) -> Replay.Element? {
    try await prime()
    var oldest: (index: Int, record: Record)?
    for (index, source) in sources.enumerated() {
      guard let record = source.next else { continue }
      if let known = oldest, known.record.timestamp <= record.timestamp { continue }
      oldest = (index, record)
    }
    guard let oldest else { return nil }
    let partition = sources[oldest.index].partition
    try await sources[oldest.index].advance()
    return Replay.Element(partition: partition, record: oldest.record)
  }

  private mutating func prime() async throws(VarveError) {
    guard !isPrimed else { return }
    isPrimed = true
    for index in sources.indices { try await sources[index].advance() }
  }
}
