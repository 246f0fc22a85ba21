package import VarveBase
internal import VarveLog
internal import VarveProtocol

extension MetadataSnapshot {
  /// The size at which a batch of a snapshot is closed.
  private static let batchBytes = 1 << 20

  /// Writes a snapshot of `state`, which must not be within a transaction, into a directory. It is
  /// on the disk for good, under its name, when this returns; its size is returned.
  ///
  /// - Throws: ``MetadataError``, `.io`: then there is no snapshot of that name, or the one that
  ///   was there before.
  @discardableResult
  package static func write(
    _ state: MetadataState, in directory: String, on fileSystem: any FileSystem, now: Timestamp
  ) throws(MetadataError) -> Int {
    precondition(!state.replay.isWithinTransaction, "a snapshot of half a transaction")
    let id = MetadataSnapshotID(endOffset: state.nextOffset, epoch: state.lastEpoch)
    let path = "\(directory)/\(id)"
    let part = path + MetadataSnapshotID.partSuffix
    do {
      let file = try fileSystem.open(part, .create)
      try file.resize(to: 0)
      let byteCount = try write(state, to: file, now: now)
      try file.sync()
      try fileSystem.rename(part, to: path)
      try fileSystem.syncDirectory(directory)
      return byteCount
    } catch { throw MetadataError(.io, "cannot write a snapshot: \(error)", path: path) }
  }

  private static func write(
    _ state: MetadataState, to file: any File, now: Timestamp
  ) throws -> Int {
    var writer = BatchWriter(file, epoch: state.lastEpoch, time: now)
    writer.beginControl()
    var header = SnapshotHeaderRecord()
    header.lastContainedLogTimestamp = state.lastTimestamp.rawValue
    try writer.append(.snapshotHeader, header.encoded(version: 0))
    if let record = state.kraftVersion {
      try writer.append(.kraftVersion, record.encoded(version: 0))
    }
    if let record = state.voters { try writer.append(.voters, record.encoded(version: 0)) }
    try writer.endBatch()
    let level = state.image.metadataVersion
    for record in state.image.records() {
      try writer.append(record.encoded(at: level))
      if writer.batchBytes >= batchBytes { try writer.endBatch() }
    }
    try writer.endBatch()
    writer.beginControl()
    try writer.append(.snapshotFooter, SnapshotFooterRecord().encoded(version: 0))
    try writer.endBatch()
    return writer.position
  }

  /// Writes batches one after the other, their offsets counted up.
  private struct BatchWriter: ~Copyable {
    private let file: any File
    private let time: Timestamp
    private var builder: RecordBatchBuilder
    private(set) var position = 0

    init(_ file: any File, epoch: Int32, time: Timestamp) {
      self.file = file
      self.time = time
      builder = RecordBatchBuilder(partitionLeaderEpoch: epoch)
    }

    var batchBytes: Int { builder.sizeInBytes }

    /// The next batch, which must not have begun, is one of control records.
    mutating func beginControl() { builder.isControl = true }

    mutating func append(_ value: ByteSlice) throws {
      try builder.append(timestamp: time, key: nil, value: value.bytes)
    }

    mutating func append(_ type: ControlRecordType, _ value: ByteSlice) throws {
      let key = ByteSlice([0, 0, 0, UInt8(type.rawValue)])
      try builder.append(timestamp: time, key: key.bytes, value: value.bytes)
    }

    /// Writes the batch; none where nothing was appended.
    mutating func endBatch() throws {
      guard !builder.isEmpty else { return }
      try builder.finish()
      try file.write(builder.bytes, at: position)
      position += builder.sizeInBytes
      builder.baseOffset = builder.baseOffset + Int64(builder.recordCount)
      builder.reset()
      builder.isControl = false
    }
  }
}
