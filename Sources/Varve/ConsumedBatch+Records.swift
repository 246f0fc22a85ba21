internal import VarveLog

extension ConsumedBatch {
  /// Calls `body` with each record where it lies, without a copy, an allocation or a count of
  /// references: the fastest way through a batch.
  ///
  /// What `body` throws ends the loop. To keep a record, go through the batch with `for … in`.
  public func forEachRecord<Failure: Error>(
    _ body: (borrowing BorrowedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    for part in parts {
      if let header = part.header {
        try Self.forEachRecord(of: part.bytes.bytes, header, in: range, body)
        continue
      }
      var position = 0
      while let (header, payload) = Self.batch(in: part.bytes.bytes, at: position) {
        try Self.forEachRecord(of: part.bytes.bytes.extracting(payload), header, in: range, body)
        position = payload.upperBound
      }
    }
  }

  private static func forEachRecord<Failure: Error>(
    of payload: RawSpan, _ header: RecordBatchHeader, in range: Range<Offset>,
    _ body: (borrowing BorrowedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    var records = RecordIterator(payload: payload, header: header)
    while let view = try? records.next() {
      guard range.contains(view.offset) else { continue }
      try body(BorrowedRecord(view))
    }
  }

  /// The batch at a position of whole batches that were checked; nil at the end.
  static func batch(
    in bytes: RawSpan, at position: Int
  ) -> (header: RecordBatchHeader, payload: Range<Int>)? {
    guard position < bytes.byteCount,
      let header = try? RecordBatch.checkedHeader(bytes, at: position)
    else { return nil }
    let start = position + RecordBatchHeader.byteCount
    return (header, start..<position + header.sizeInBytes)
  }
}

extension ConsumedBatch: Sequence {
  public var underestimatedCount: Int { count }

  public func makeIterator() -> Iterator { Iterator(self) }

  /// Goes through the records of a batch.
  public struct Iterator: IteratorProtocol {
    private let batch: ConsumedBatch
    private var partIndex = -1
    /// Where the next batch of the part begins.
    private var position = 0
    /// The records of the batch at hand.
    private var payload = ByteSlice()
    /// The next of them; nil where there is no batch at hand.
    private var place: RecordIterator.Place?

    init(_ batch: ConsumedBatch) { self.batch = batch }

    public mutating func next() -> Record? {
      while true {
        if let place, let (record, next) = record(at: place) {
          self.place = next
          return record
        }
        guard advance() else { return nil }
      }
    }

    private func record(
      at place: RecordIterator.Place
    ) -> (record: Record, next: RecordIterator.Place)? {
      var records = RecordIterator(payload: payload.bytes, at: place)
      while let view = try? records.next() {
        guard batch.range.contains(view.offset) else { continue }
        return (Record(view, in: payload), records.place)
      }
      return nil
    }

    /// Goes to the next stored batch; false where there is none.
    private mutating func advance() -> Bool {
      place = nil
      if partIndex >= 0 && batch.parts[partIndex].header == nil {
        let bytes = batch.parts[partIndex].bytes
        if let (header, range) = ConsumedBatch.batch(in: bytes.bytes, at: position) {
          enter(bytes.slice(range), header)
          position = range.upperBound
          return true
        }
      }
      return enterNextPart()
    }

    private mutating func enterNextPart() -> Bool {
      partIndex += 1
      position = 0
      guard partIndex < batch.parts.count else { return false }
      guard let header = batch.parts[partIndex].header else { return advance() }
      enter(batch.parts[partIndex].bytes, header)
      return true
    }

    private mutating func enter(_ payload: ByteSlice, _ header: RecordBatchHeader) {
      self.payload = payload
      place = RecordIterator.Place(startOf: header)
    }
  }
}
