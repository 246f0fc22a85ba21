package import VarveBase

/// A file of a partition in words: the text that `kafka-dump-log.sh --deep-iteration` prints of it,
/// character for character, so that the tools around Kafka read it and `diff` compares the two.
///
/// It comes line by line; memory is bounded by one batch. What the tool says on
/// its error output is left out: offsets that do not follow each other, which compaction leaves.
package struct SegmentDump {
  let fileSystem: any FileSystem
  /// The file, named in the text as it is given here.
  let path: String
  let name: SegmentFileName

  /// Throws `.foreignFile` for a file that is not named as those of a segment are.
  package init(_ path: String, on fileSystem: any FileSystem) throws(LogError) {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    guard let name = SegmentFileName(last) else {
      throw LogError(
        .foreignFile,
        "is named like no file of a partition's segments: 20 digits and"
          + " .log, .index, .timeindex, .txnindex or .snapshot", file: path)
    }
    self.path = path
    self.name = name
    self.fileSystem = fileSystem
  }

  /// Hands the lines to `sink`. Throws `.corrupt` and `.unsupportedVersion` where the file can't be
  /// read any further, after the lines of all before that; `.io`.
  package func write(to sink: (DumpLine) -> Void) throws(LogError) {
    sink(.remark("Dumping \(path)"))
    switch name.kind {
    case .log: try writeLog(to: sink)
    case .offsetIndex: try writeOffsetIndex(to: sink)
    case .timeIndex: try writeTimeIndex(to: sink)
    case .transactionIndex: try writeTransactionIndex(to: sink)
    case .snapshot: try writeSnapshot(to: sink)
    }
  }

  private func writeOffsetIndex(to sink: (DumpLine) -> Void) throws(LogError) {
    let index = try OffsetIndex(
      fileSystem, path: path, baseOffset: name.baseOffset, maxBytes: 0, writable: false)
    if index.entryCount == 0 { sink(.remark("\(path) is empty.")) }
    for entry in (0..<index.entryCount).lazy.map(index.entry) {
      var line = DumpEntry()
      line.add("offset", .integer(entry.offset.rawValue))
      line.add("position", .integer(entry.position))
      sink(.entry(line))
    }
  }

  private func writeTimeIndex(to sink: (DumpLine) -> Void) throws(LogError) {
    let index = try TimeIndex(
      fileSystem, path: path, baseOffset: name.baseOffset, maxBytes: 0, writable: false)
    for entry in (0..<index.entryCount).lazy.map(index.entry) {
      var line = DumpEntry()
      line.add("timestamp", .integer(entry.timestamp.rawValue))
      line.add("offset", .integer(entry.offset.rawValue))
      sink(.entry(line))
    }
  }

  private func writeTransactionIndex(to sink: (DumpLine) -> Void) throws(LogError) {
    guard let bytes = try fileSystem.readFile(path) else { throw missing }
    for entry in try TransactionIndex.decode(bytes.bytes, file: path) {
      var line = DumpEntry()
      line.add("version", .integer(0))
      line.add("producerId", .integer(entry.producerID))
      line.add("firstOffset", .integer(entry.firstOffset.rawValue))
      line.add("lastOffset", .integer(entry.lastOffset.rawValue))
      line.add("lastStableOffset", .integer(entry.lastStableOffset.rawValue))
      sink(.entry(line))
    }
  }

  private func writeSnapshot(to sink: (DumpLine) -> Void) throws(LogError) {
    guard let bytes = try fileSystem.readFile(path) else { throw missing }
    for state in try ProducerSnapshot.decode(bytes.bytes, file: path) {
      var line = DumpEntry()
      line.add("producerId", .integer(state.producerID))
      line.add("producerEpoch", .integer(state.epoch))
      line.add("coordinatorEpoch", .integer(state.coordinatorEpoch))
      line.add("currentTxnFirstOffset", .optional(state.transactionStart?.rawValue))
      line.add("lastTimestamp", .integer(state.lastTimestamp.rawValue))
      if let batch = state.batches.last {
        line.add("firstSequence", .integer(batch.firstSequence))
        line.add("lastSequence", .integer(batch.lastSequence))
        line.add("lastOffset", .integer(batch.lastOffset.rawValue))
        line.add("offsetDelta", .integer(batch.offsetDelta))
        line.add("timestamp", .integer(batch.timestamp.rawValue))
      } else {
        line.endsInSpace = true
      }
      sink(.entry(line))
    }
  }

  private var missing: LogError { LogError(.io, "there is no such file", file: path) }
}
