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
    private var header: RecordBatchHeader?
    private var place: RecordIterator.Place?

    init(_ batch: ConsumedBatch) { self.batch = batch }

    public mutating func next() -> Record? {
      while true {
        if let header, let record = nextRecord(header) { return record }
        guard advance() else { return nil }
      }
    }

    private mutating func nextRecord(_ header: RecordBatchHeader) -> Record? {
      let payload = self.payload
      var records = RecordIterator(payload: payload.bytes, header: header, at: place)
      while let view = try? records.next() {
        guard batch.range.contains(view.offset) else { continue }
        place = records.place
        return Record(view, in: payload)
      }
      return nil
    }

    /// Goes to the next stored batch; false where there is none.
    private mutating func advance() -> Bool {
      place = nil
      if partIndex >= 0 && batch.parts[partIndex].header == nil {
        let bytes = batch.parts[partIndex].bytes
        if let (header, range) = ConsumedBatch.batch(in: bytes.bytes, at: position) {
          self.header = header
          payload = bytes.slice(range)
          position = range.upperBound
          return true
        }
      }
      return enterNextPart()
    }

    private mutating func enterNextPart() -> Bool {
      header = nil
      partIndex += 1
      position = 0
      guard partIndex < batch.parts.count else { return false }
      if let header = batch.parts[partIndex].header {
        self.header = header
        payload = batch.parts[partIndex].bytes
        return true
      }
      return advance()
    }
  }
}
