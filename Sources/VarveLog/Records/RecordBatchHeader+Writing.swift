package import VarveBase

extension RecordBatchHeader {
  /// Writes the 61 bytes at `position`.
  @_lifetime(bytes: copy bytes)
  package func write(to bytes: inout MutableRawSpan, at position: Int = 0) {
    precondition(position >= 0 && position <= bytes.byteCount - Self.byteCount)
    unsafe bytes.withUnsafeMutableBytes { target in
      guard let start = target.baseAddress else { return }
      unsafe write(to: start + position)
    }
  }

  /// Writes the 61 bytes at `position` of a mapped segment.
  package func write(to mapping: FileMapping, at position: Int) {
    precondition(position >= 0 && position <= mapping.count - Self.byteCount)
    unsafe mapping.withUnsafePointer(at: position) { unsafe write(to: $0) }
  }

  /// The checksum of a batch with these fields and these records, compressed as they are.
  package func computedChecksum(over payload: RawSpan) -> UInt32 {
    unsafe withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      unsafe write(to: start)
      let fields = unsafe RawSpan(
        _unsafeStart: start + Field.attributes, byteCount: Self.byteCount - Field.attributes)
      return CRC32C.checksum(payload, continuing: CRC32C.checksum(fields))
    }
  }

  /// The header after the log has set the time of the append for all records: the attribute bit,
  /// the largest timestamp, and with them the checksum. The records stay as they are.
  package func settingLogAppendTime(_ time: Timestamp, over payload: RawSpan) -> Self {
    var header = self
    header.attributes.timestampType = .logAppend
    header.maxTimestamp = time
    header.checksum = header.computedChecksum(over: payload)
    return header
  }

  /// The header with the largest timestamp that its records really have.
  package func settingMaxTimestamp(_ time: Timestamp, over payload: RawSpan) -> Self {
    guard time != maxTimestamp else { return self }
    var header = self
    header.maxTimestamp = time
    header.checksum = header.computedChecksum(over: payload)
    return header
  }

  /// Writes the 61 bytes; the caller has that many.
  func write(to start: UnsafeMutableRawPointer) {
    func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, _ field: Int) {
      unsafe start.storeBytes(of: value.bigEndian, toByteOffset: field, as: Value.self)
    }
    put(baseOffset.rawValue, Field.baseOffset)
    put(batchLength, Field.batchLength)
    put(partitionLeaderEpoch, Field.partitionLeaderEpoch)
    put(magic, Field.magic)
    put(checksum, Field.checksum)
    put(attributes.rawValue, Field.attributes)
    put(lastOffsetDelta, Field.lastOffsetDelta)
    put(baseTimestamp.rawValue, Field.baseTimestamp)
    put(maxTimestamp.rawValue, Field.maxTimestamp)
    put(producerID, Field.producerID)
    put(producerEpoch, Field.producerEpoch)
    put(baseSequence, Field.baseSequence)
    put(recordCount, Field.recordCount)
  }
}
