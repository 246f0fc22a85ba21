internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

/// Any bytes as a snapshot of the metadata and as its log. A trap is a finding.
///
/// What must hold: what is decoded is encoded and decoded to the same; and a state that comes of it
/// is written as a snapshot that says the same again.
package func fuzzMetadata(_ bytes: RawSpan) {
  let log = SealedLog(bytes).bytes
  fuzzMetadataBatches(log)
  if let state = readSnapshot(log) { checkSnapshot(of: state) }
  var state = MetadataState()
  let end = try? state.replayBatches(of: log.bytes)
  precondition(end ?? 0 <= log.count, "what is replayed is there")
  checkSnapshot(of: state)
}

private func fuzzMetadataBatches(_ log: ByteSlice) {
  var position = 0
  while let header = MetadataBatch.wholeHeader(in: log.bytes, at: position) {
    let end = position + header.sizeInBytes
    let batch = try? MetadataBatch(log.bytes.extracting(position..<end), header: header)
    for case (_, .record(let record)) in batch?.entries ?? [] {
      let encoded = record.encoded(at: .newest)
      let again = try? MetadataRecord.decode(encoded.bytes).record
      // Not the records themselves: a quota may be no number, which is not equal to itself.
      precondition(again?.encoded(at: .newest) == encoded, "decoded again, a record is the same")
    }
    position = end
  }
}

private func readSnapshot(
  _ bytes: ByteSlice, _ id: MetadataSnapshotID = MetadataSnapshotID(endOffset: 0, epoch: 0)
) -> MetadataState? {
  try? MetadataSnapshot.read(bytes.bytes, id: id, path: "fuzz")
}

private func checkSnapshot(of state: MetadataState) {
  // Half a transaction is never written.
  guard !state.replay.isWithinTransaction else { return }
  let id = MetadataSnapshotID(endOffset: state.nextOffset, epoch: state.lastEpoch)
  let first = writtenSnapshot(of: state, id)
  guard let read = readSnapshot(first, id) else { preconditionFailure("what is written is read") }
  precondition(writtenSnapshot(of: read, id) == first, "written again, a snapshot is the same")
}

private func writtenSnapshot(of state: MetadataState, _ id: MetadataSnapshotID) -> ByteSlice {
  let disk = SimulatedFileSystem(seed: 0)
  do {
    try disk.createDirectory("/fuzz")
    try MetadataSnapshot.write(state, in: "/fuzz", on: disk, now: 0)
    return ByteSlice(try disk.open("/fuzz/\(id)", .read).readAll())
  } catch { preconditionFailure("a disk in memory has no faults: \(error)") }
}
