package import VarveBase

extension RecordBatchHeader {
  /// Writes the 61 bytes at `position`.
  @_lifetime(bytes: copy bytes)
  @inline(__always)
  package func write(to bytes: inout MutableRawSpan, at position: Int = 0) {
    precondition(position >= 0 && position <= bytes.byteCount - Self.byteCount)
    unsafe bytes.withUnsafeMutableBytes { target in
      guard let start = target.baseAddress else { return }
      unsafe write(to: start + position)
    }
  }

  /// Writes the 61 bytes at `position` of a mapped segment, with zero for the length: "end of the
  /// log" to whoever reads the file.
  @inline(__always)
  package func writeUnpublished(to mapping: FileMapping, at position: Int) {
    precondition(position >= 0 && position <= mapping.count - Self.byteCount)
    unsafe mapping.withUnsafePointer(at: position) { unsafe write(to: $0, batchLength: 0) }
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
  @inline(__always)
  func write(to start: UnsafeMutableRawPointer) {
    unsafe write(to: start, batchLength: batchLength)
  }

  /// In words of the sizes in which the checksum is computed and `init` reads: a processor hands on
  /// what it has just stored only where a later load lies within one store, and waits else.
  @inline(__always)
  private func write(to start: UnsafeMutableRawPointer, batchLength: Int32) {
    func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, _ field: Int) {
      unsafe start.storeBytes(of: value.bigEndian, toByteOffset: field, as: Value.self)
    }
    put(baseOffset.rawValue, Field.baseOffset)
    put(batchLength, Field.batchLength)
    put(partitionLeaderEpoch, Field.partitionLeaderEpoch)
    put(magic, Field.magic)
    put(checksum, Field.checksum)
    let words = coveredWords
    put(words.0, Field.attributes)
    put(words.1, Field.attributes + 8)
    put(words.2, Field.attributes + 16)
    put(words.3, Field.attributes + 24)
    put(words.4, Field.attributes + 32)
  }

  /// The fields that the checksum covers, eight bytes each: the 40 from the attributes on.
  @inline(__always)
  private var coveredWords: (UInt64, UInt64, UInt64, UInt64, UInt64) {
    let base = UInt64(bitPattern: baseTimestamp.rawValue)
    let newest = UInt64(bitPattern: maxTimestamp.rawValue)
    let producer = UInt64(bitPattern: producerID)
    let attributes = UInt64(UInt16(bitPattern: attributes.rawValue))
    return (
      attributes << 48 | UInt64(UInt32(bitPattern: lastOffsetDelta)) << 16 | base >> 48,
      base << 16 | newest >> 48,
      newest << 16 | producer >> 48,
      producer << 16 | UInt64(UInt16(bitPattern: producerEpoch)),
      UInt64(UInt32(bitPattern: baseSequence)) << 32 | UInt64(UInt32(bitPattern: recordCount))
    )
  }
}
