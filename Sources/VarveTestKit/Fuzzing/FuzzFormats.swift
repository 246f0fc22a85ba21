internal import VarveBase
internal import VarveLog

/// Decoders of a log's side files under any bytes: each either throws its typed error or gives what
/// holds together. A trap is a finding.

/// A producer snapshot.
package func fuzzProducerSnapshot(_ bytes: RawSpan) {
  guard let states = try? ProducerSnapshot.decode(bytes, file: "fuzz") else { return }
  // Absent is -1 where we write; other negative numbers are read as absent, as in Kafka.
  let again = ByteSlice(ProducerSnapshot.encode(states))
  precondition((try? ProducerSnapshot.decode(again.bytes, file: "fuzz")) == states)
  let table = ProducerStateTable(states, endOffset: 0)
  precondition(table.producers.count <= states.count)
}

/// A snapshot whose checksum is right, so that what it covers is looked at.
package func fuzzSealedProducerSnapshot(_ bytes: RawSpan) {
  guard bytes.byteCount >= 6 else { return }
  let checksum = CRC32C.checksum(bytes.extracting(6..<bytes.byteCount))
  var sealed = Array(ByteSlice(bytes))
  sealed[0] = 0
  sealed[1] = 1
  for index in 0..<4 { sealed[2 + index] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index)) }
  let slice = ByteSlice(sealed)
  fuzzProducerSnapshot(slice.bytes)
}

/// A transaction index.
package func fuzzTransactionIndex(_ bytes: RawSpan) {
  guard let transactions = try? TransactionIndex.decode(bytes, file: "fuzz") else { return }
  precondition(transactions.count == bytes.byteCount / AbortedTransaction.byteCount)
  withFuzzedFile(bytes) { disk, path in
    let index = try TransactionIndex(disk, path: path, baseOffset: 0)
    try? index.sanityCheck()
    _ = index.aborted(from: 0, to: Offset(Int64.max))
    try index.truncate(to: 1000)
  }
}

/// Offset, leader-epoch and metadata files: what is read says the same once it is written again.
package func fuzzTextFiles(_ bytes: RawSpan) {
  let text = ByteSlice(bytes)
  if let offsets = try? OffsetCheckpoint.decode(text, file: "fuzz") {
    let again = ByteSlice(OffsetCheckpoint.encode(offsets))
    precondition((try? OffsetCheckpoint.decode(again, file: "fuzz")) == offsets)
  }
  if let epochs = try? LeaderEpochCheckpoint.decode(text, file: "fuzz") {
    let again = ByteSlice(LeaderEpochCheckpoint.encode(epochs))
    precondition((try? LeaderEpochCheckpoint.decode(again, file: "fuzz")) == epochs)
  }
  if let metadata = try? PartitionMetadata(text, file: "fuzz") {
    let again = ByteSlice(metadata.encode())
    precondition((try? PartitionMetadata(again, file: "fuzz")) == metadata)
  }
  if let properties = try? MetaProperties(text, file: "fuzz") {
    let again = ByteSlice(properties.encode())
    precondition((try? MetaProperties(again, file: "fuzz")) == properties)
  }
}

/// A commit journal, and a round of one whose checksum is right: what it gives are whole batches.
package func fuzzCommitJournal(_ bytes: RawSpan) {
  fuzzCommits(ByteSlice(bytes))
  var sealed: [UInt8] = [0x56, 0x43, 0x4A, 1, 0, 0, 0, 0]
  for shift in [24, 16, 8, 0] { sealed.append(UInt8(truncatingIfNeeded: bytes.byteCount >> shift)) }
  let before = CRC32C.checksum(ByteSlice(sealed).bytes)
  let checksum = CRC32C.checksum(bytes, continuing: before)
  for shift in [24, 16, 8, 0] { sealed.append(UInt8(truncatingIfNeeded: checksum >> shift)) }
  fuzzCommits(ByteSlice(sealed + Array(ByteSlice(bytes))))
}

/// A name that is one byte long, so that inputs come upon it.
private func fuzzCommits(_ journal: ByteSlice) {
  var commits = RecoveredCommits()
  guard (try? commits.add(journal, file: "fuzz")) != nil, let name = try? TopicName("a") else {
    return
  }
  for offset in 0...2 {
    let found = commits.ofLog(TopicPartition(topic: name, partition: 0), .zero)
      .batches(from: Offset(Int64(offset)), before: nil)
    precondition(found?.batches.allSatisfy { $0.count >= RecordBatchHeader.byteCount } ?? true)
  }
}

/// An offset index: whatever it says, lookups answer with a place that could be.
package func fuzzOffsetIndex(_ bytes: RawSpan) {
  withFuzzedFile(bytes) { disk, path in
    let index = try OffsetIndex(
      disk, path: path, baseOffset: 1000, maxBytes: 1 << 12, writable: true)
    precondition(index.entryCount <= bytes.byteCount / OffsetIndex.entryBytes)
    let isSound = (try? index.verify()) != nil
    for target in targets(bytes) {
      let entry = index.lookup(Offset(target))
      precondition(entry.position >= 0)
      if isSound { precondition(entry.offset <= Offset(target) || entry.position == 0) }
      _ = index.upperBound(of: entry, byteCount: 4096)
    }
    try index.reserve()
    index.append(offset: index.lastOffset + 1, position: 1 << 20)
    index.truncate(to: 1500)
    try index.trimToValidSize()
  }
}

/// A time index.
package func fuzzTimeIndex(_ bytes: RawSpan) {
  withFuzzedFile(bytes) { disk, path in
    let index = try TimeIndex(
      disk, path: path, baseOffset: 1000, maxBytes: 1 << 12, writable: true)
    precondition(index.entryCount <= bytes.byteCount / TimeIndex.entryBytes)
    let isSound = (try? index.verify()) != nil
    for target in targets(bytes) {
      let entry = index.lookup(Timestamp(target))
      precondition(entry.offset >= 1000)
      if isSound { precondition(entry.timestamp <= Timestamp(target) || entry.offset == 1000) }
    }
    try index.reserve()
    index.append(index.lastEntry.timestamp, offset: 2000)
    index.truncate(to: 1500)
    try index.trimToValidSize()
  }
}

/// The dump of a log.
package func fuzzSegmentDump(_ bytes: RawSpan) {
  withFuzzedFile(bytes, named: "00000000000000000000.log") { disk, path in
    try SegmentDump(path, on: disk).write { _ in }
  }
}

/// Numbers to look up: some that matter in general, and some of the input.
private func targets(_ bytes: RawSpan) -> [Int64] {
  var targets: [Int64] = [0, 999, 1000, 1001, 5000, Int64.max]
  for position in stride(from: 0, through: min(bytes.byteCount - 8, 64), by: 4) {
    targets.append(bytes.bigEndian(at: position, as: Int64.self))
    targets.append(1000 + Int64(bytes.bigEndian(at: position, as: Int32.self)))
  }
  return targets
}

/// Runs `body` on a file in memory that has the bytes. Errors are what a decoder may answer.
private func withFuzzedFile(
  _ bytes: RawSpan, named name: String = "fuzz",
  _ body: (SimulatedFileSystem, String) throws -> Void
) {
  let disk = SimulatedFileSystem(seed: 0)
  let path = "/\(name)"
  do {
    try disk.open(path, .create).write(bytes, at: 0)
    try body(disk, path)
  } catch {
    precondition(error is LogError || error is FileError)
  }
}
