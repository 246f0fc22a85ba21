internal import VarveBase

extension SegmentDump {
  /// The most that the records of a batch may take once decompressed.
  private static let batchBytesMax = 1 << 30

  /// The batches of a log, each with its records.
  func writeLog(to sink: (String) -> Void) throws(LogError) {
    sink("Log starting offset: \(name.baseOffset)\n")
    let mapping: FileMapping
    do {
      let file = try fileSystem.open(path, .read)
      let byteCount = try file.byteCount()
      guard byteCount > 0 else { return }
      mapping = try file.map(byteCount, writable: false)
    } catch { throw LogError(error) }
    var position = 0
    var decompressor = RecordBatchDecompressor()
    while let header = try header(in: mapping, at: position) {
      let end = position + header.sizeInBytes
      do {
        try mapping.withBytes(position..<end) { bytes throws(RecordBatchError) in
          sink(line(of: header, bytes, at: position))
          try decompressor.withPayload(of: bytes, header: header, limit: Self.batchBytesMax) {
            payload throws(RecordBatchError) in
            try writeRecords(in: payload, header, to: sink)
          }
        }
      } catch { throw corruption(error, at: position) }
      position = end
    }
    try writeTail(of: mapping, from: position, to: sink)
  }

  /// The header of the batch at `position`; nil where no whole batch is left. Throws where there is
  /// one that this program can't read.
  private func header(
    in mapping: FileMapping, at position: Int
  ) throws(LogError) -> RecordBatchHeader? {
    do {
      return try mapping.withBytes(0..<mapping.count) {
        bytes throws(RecordBatchError) -> RecordBatchHeader? in
        guard let header = RecordBatchHeader(bytes, at: position), header.batchLength != 0,
          header.sizeInBytes <= bytes.byteCount - position
        else { return nil }
        return try RecordBatch.checkedHeader(bytes, at: position)
      }
    } catch { throw corruption(error, at: position) }
  }

  private func corruption(_ error: RecordBatchError, at position: Int) -> LogError {
    let code: LogError.Code =
      switch error.code {
      case .unsupportedMagic, .unknownCodec, .codecUnavailable: .unsupportedVersion
      default: .corrupt
      }
    return LogError(code, error.message, file: path, at: .byte(position))
  }

  private func line(
    of header: RecordBatchHeader, _ bytes: RawSpan, at position: Int
  ) -> String {
    let isValid = (try? RecordBatch.verifyChecksum(bytes, header: header)) != nil
    let codec = header.attributes.codec?.name ?? "unknown"
    return "baseOffset: \(header.baseOffset) lastOffset: \(header.lastOffset) "
      + "count: \(header.recordCount) baseSequence: \(header.baseSequence) "
      + "lastSequence: \(header.lastSequence) producerId: \(header.producerID) "
      + "producerEpoch: \(header.producerEpoch) "
      + "partitionLeaderEpoch: \(header.partitionLeaderEpoch) "
      + "isTransactional: \(header.attributes.isTransactional) "
      + "isControl: \(header.attributes.isControl) "
      + "deleteHorizonMs: \(Self.javaOptional(header.deleteHorizon?.rawValue)) "
      + "position: \(position) \(timestampName(of: header)): \(header.maxTimestamp) "
      + "size: \(header.sizeInBytes) magic: \(header.magic) compresscodec: \(codec) "
      + "crc: \(header.checksum) isvalid: \(isValid)\n"
  }

  private func timestampName(of header: RecordBatchHeader) -> String {
    header.attributes.timestampType == .create ? "CreateTime" : "LogAppendTime"
  }

  private func writeRecords(
    in payload: RawSpan, _ header: RecordBatchHeader, to sink: (String) -> Void
  ) throws(RecordBatchError) {
    let timestampName = timestampName(of: header)
    var records = RecordIterator(payload: payload, header: header)
    while let record = try records.next() {
      let keySize = record.key?.byteCount ?? -1
      let valueSize = record.value?.byteCount ?? -1
      let sequence = sequence(of: record.offset, in: header)
      var line =
        "| offset: \(record.offset) \(timestampName): \(record.timestamp) "
        + "keySize: \(keySize) valueSize: \(valueSize) sequence: \(sequence) headerKeys: ["
      var headers = record.headers
      var separator = ""
      while let header = headers.next() {
        line += separator + String(decoding: ByteSlice(header.key), as: UTF8.self)
        separator = ","
      }
      line += "]"
      if header.attributes.isControl { line += " " + controlText(of: record) }
      sink(line + "\n")
    }
  }

  private func sequence(of offset: Offset, in header: RecordBatchHeader) -> Int32 {
    guard header.baseSequence >= 0 else { return -1 }
    let delta = Int32(truncatingIfNeeded: offset - header.baseOffset)
    return RecordBatchHeader.sequence(header.baseSequence, advancedBy: delta)
  }

  /// What the key of a control record stands for; of a transaction's end, its coordinator too.
  private func controlText(of record: borrowing RecordView) -> String {
    let type: Int16 =
      if let key = record.key, key.byteCount >= 4 { key.bigEndian(at: 2) } else { -1 }
    switch type {
    case 0, 1:
      let epoch: Int32 =
        if let value = record.value, value.byteCount >= 6 { value.bigEndian(at: 2) } else { -1 }
      return "endTxnMarker: \(type == 0 ? "ABORT" : "COMMIT") coordinatorEpoch: \(epoch)"
    case 2: return "controlType: LEADER_CHANGE(2)"
    case 3: return "controlType: SNAPSHOT_HEADER(3)"
    case 4: return "controlType: SNAPSHOT_FOOTER(4)"
    case 5: return "controlType: KRAFT_VERSION(5)"
    case 6: return "controlType: KRAFT_VOTERS(6)"
    default: return "controlType: UNKNOWN(\(type))"
    }
  }

  /// Bytes after the last whole batch. Zeros are room that an open log has reserved.
  private func writeTail(
    of mapping: FileMapping, from position: Int, to sink: (String) -> Void
  ) throws(LogError) {
    let isZero = mapping.withBytes(position..<mapping.count) { bytes in
      (0..<bytes.byteCount).allSatisfy { bytes.bigEndian(at: $0, as: UInt8.self) == 0 }
    }
    guard position < mapping.count, !isZero else { return }
    sink("Found \(mapping.count - position) invalid bytes at the end of \(name)\n")
  }
}
