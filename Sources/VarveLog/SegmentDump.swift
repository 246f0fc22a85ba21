package import VarveBase

/// A file of a partition in words: the text that `kafka-dump-log.sh --deep-iteration` prints of it,
/// character for character, so that the tools around Kafka read it and `diff` compares the two.
///
/// The text comes in pieces of whole lines; memory is bounded by one batch. What the tool says on
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

  /// Hands the text to `sink`. Throws `.corrupt` and `.unsupportedVersion` where the file can't be
  /// read any further, after the text of all before that; `.io`.
  package func write(to sink: (String) -> Void) throws(LogError) {
    sink("Dumping \(path)\n")
    switch name.kind {
    case .log: try writeLog(to: sink)
    case .offsetIndex: try writeOffsetIndex(to: sink)
    case .timeIndex: try writeTimeIndex(to: sink)
    case .transactionIndex: try writeTransactionIndex(to: sink)
    case .snapshot: try writeSnapshot(to: sink)
    }
  }

  private func writeOffsetIndex(to sink: (String) -> Void) throws(LogError) {
    let index = try OffsetIndex(
      fileSystem, path: path, baseOffset: name.baseOffset, maxBytes: 0, writable: false)
    if index.entryCount == 0 { sink("\(path) is empty.\n") }
    for entry in (0..<index.entryCount).lazy.map(index.entry) {
      sink("offset: \(entry.offset) position: \(entry.position)\n")
    }
  }

  private func writeTimeIndex(to sink: (String) -> Void) throws(LogError) {
    let index = try TimeIndex(
      fileSystem, path: path, baseOffset: name.baseOffset, maxBytes: 0, writable: false)
    for entry in (0..<index.entryCount).lazy.map(index.entry) {
      sink("timestamp: \(entry.timestamp) offset: \(entry.offset)\n")
    }
  }

  private func writeTransactionIndex(to sink: (String) -> Void) throws(LogError) {
    guard let bytes = try fileSystem.readFile(path) else { throw missing }
    for entry in try TransactionIndex.decode(bytes.bytes, file: path) {
      sink(
        "version: 0 producerId: \(entry.producerID) firstOffset: \(entry.firstOffset) "
          + "lastOffset: \(entry.lastOffset) lastStableOffset: \(entry.lastStableOffset)\n")
    }
  }

  private func writeSnapshot(to sink: (String) -> Void) throws(LogError) {
    guard let bytes = try fileSystem.readFile(path) else { throw missing }
    for state in try ProducerSnapshot.decode(bytes.bytes, file: path) {
      let start = Self.javaOptional(state.transactionStart?.rawValue)
      var line =
        "producerId: \(state.producerID) producerEpoch: \(state.epoch) "
        + "coordinatorEpoch: \(state.coordinatorEpoch) currentTxnFirstOffset: \(start) "
        + "lastTimestamp: \(state.lastTimestamp) "
      if let batch = state.batches.last {
        line +=
          "firstSequence: \(batch.firstSequence) lastSequence: \(batch.lastSequence) "
          + "lastOffset: \(batch.lastOffset) offsetDelta: \(batch.offsetDelta) "
          + "timestamp: \(batch.timestamp)"
      }
      sink(line + "\n")
    }
  }

  private var missing: LogError { LogError(.io, "there is no such file", file: path) }

  /// A Java `OptionalLong` in words.
  static func javaOptional(_ value: Int64?) -> String {
    value.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
  }
}
