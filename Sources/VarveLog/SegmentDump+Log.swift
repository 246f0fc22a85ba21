internal import VarveBase

extension SegmentDump {
  /// The most that the records of a batch may take once decompressed.
  private static let batchBytesMax = 1 << 30

  /// The batches of a log, each with its records.
  func writeLog(to sink: (DumpLine) -> Void) throws(LogError) {
    sink(.remark("Log starting offset: \(name.baseOffset)"))
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
          sink(.entry(entry(of: header, bytes, at: position)))
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

  private func entry(
    of header: RecordBatchHeader, _ bytes: RawSpan, at position: Int
  ) -> DumpEntry {
    let isValid = (try? RecordBatch.verifyChecksum(bytes, header: header)) != nil
    var entry = DumpEntry()
    entry.add("baseOffset", .integer(header.baseOffset.rawValue))
    entry.add("lastOffset", .integer(header.lastOffset.rawValue))
    entry.add("count", .integer(header.recordCount))
    entry.add("baseSequence", .integer(header.baseSequence))
    entry.add("lastSequence", .integer(header.lastSequence))
    entry.add("producerId", .integer(header.producerID))
    entry.add("producerEpoch", .integer(header.producerEpoch))
    entry.add("partitionLeaderEpoch", .integer(header.partitionLeaderEpoch))
    entry.add("isTransactional", .flag(header.attributes.isTransactional))
    entry.add("isControl", .flag(header.attributes.isControl))
    entry.add("deleteHorizonMs", .optional(header.deleteHorizon?.rawValue))
    entry.add("position", .integer(position))
    entry.add(timestampName(of: header), .integer(header.maxTimestamp.rawValue))
    entry.add("size", .integer(header.sizeInBytes))
    entry.add("magic", .integer(header.magic))
    entry.add("compresscodec", .text(header.attributes.codec?.name ?? "unknown"))
    entry.add("crc", .integer(header.checksum))
    entry.add("isvalid", .flag(isValid))
    return entry
  }

  private func timestampName(of header: RecordBatchHeader) -> String {
    header.attributes.timestampType == .create ? "CreateTime" : "LogAppendTime"
  }

  private func writeRecords(
    in payload: RawSpan, _ header: RecordBatchHeader, to sink: (DumpLine) -> Void
  ) throws(RecordBatchError) {
    let timestampName = timestampName(of: header)
    var records = RecordIterator(payload: payload, header: header)
    while let record = try records.next() {
      var entry = DumpEntry(isRecord: true)
      entry.add("offset", .integer(record.offset.rawValue))
      entry.add(timestampName, .integer(record.timestamp.rawValue))
      entry.add("keySize", .integer(record.key?.byteCount ?? -1))
      entry.add("valueSize", .integer(record.value?.byteCount ?? -1))
      entry.add("sequence", .integer(sequence(of: record.offset, in: header)))
      entry.add("headerKeys", .texts(try headerKeys(of: record)))
      if header.attributes.isControl { addControl(record, to: &entry) }
      sink(.entry(entry))
    }
  }

  private func headerKeys(of record: borrowing RecordView) throws(RecordBatchError) -> [String] {
    var keys: [String] = []
    var headers = record.headers
    while let header = headers.next() {
      keys.append(String(decoding: ByteSlice(header.key), as: UTF8.self))
    }
    return keys
  }

  private func sequence(of offset: Offset, in header: RecordBatchHeader) -> Int32 {
    guard header.baseSequence >= 0 else { return -1 }
    let delta = Int32(truncatingIfNeeded: offset - header.baseOffset)
    return RecordBatchHeader.sequence(header.baseSequence, advancedBy: delta)
  }

  /// What the key of a control record stands for; of a transaction's end, its coordinator too.
  private func addControl(_ record: borrowing RecordView, to entry: inout DumpEntry) {
    let type: Int16 =
      if let key = record.key, key.byteCount >= 4 { key.bigEndian(at: 2) } else { -1 }
    guard (0...1).contains(type) else {
      entry.add("controlType", .text(Self.controlName(type) + "(\(type))"))
      return
    }
    let epoch: Int32 =
      if let value = record.value, value.byteCount >= 6 { value.bigEndian(at: 2) } else { -1 }
    entry.add("endTxnMarker", .text(type == 0 ? "ABORT" : "COMMIT"))
    entry.add("coordinatorEpoch", .integer(epoch))
  }

  private static func controlName(_ type: Int16) -> String {
    switch type {
    case 2: "LEADER_CHANGE"
    case 3: "SNAPSHOT_HEADER"
    case 4: "SNAPSHOT_FOOTER"
    case 5: "KRAFT_VERSION"
    case 6: "KRAFT_VOTERS"
    default: "UNKNOWN"
    }
  }

  /// Bytes after the last whole batch. Zeros are room that an open log has reserved.
  private func writeTail(
    of mapping: FileMapping, from position: Int, to sink: (DumpLine) -> Void
  ) throws(LogError) {
    let isZero = mapping.withBytes(position..<mapping.count) { bytes in
      (0..<bytes.byteCount).allSatisfy { bytes.bigEndian(at: $0, as: UInt8.self) == 0 }
    }
    guard position < mapping.count, !isZero else { return }
    sink(.remark("Found \(mapping.count - position) invalid bytes at the end of \(name)"))
  }
}
