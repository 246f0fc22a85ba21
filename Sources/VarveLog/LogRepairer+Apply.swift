internal import VarveBase

/// Carries out a plan. Every step leaves a directory that a later repair goes on from: an old file
/// is copied aside before it is replaced, and indexes go before the log that they speak of changes.
struct RepairExecution {
  private static let copyBytes = 1 << 20

  private let repairer: LogRepairer
  private var fileSystem: any FileSystem { repairer.fileSystem }

  init(_ repairer: LogRepairer) { self.repairer = repairer }

  func carryOut(_ plan: LogRepairer.Plan) throws(LogError) {
    for case .setAside(let file) in plan.actions { try setAside(file) }
    for repair in plan.segments where repair.mustRewrite { try rewrite(repair) }
    if plan.actions.contains(.rebuildIndexes) { try rebuildIndexes(plan.segments.map(\.base)) }
    for action in plan.actions {
      switch action {
      case .writeLeaderEpochs(let epochs):
        try LeaderEpochCheckpoint.write(epochs, in: repairer.directory, on: fileSystem)
      case .remove(let file):
        do { try fileSystem.remove(path(file)) } catch { throw LogError(error) }
      case .writeMetadata(let id):
        try PartitionMetadata(topicID: id).write(in: repairer.directory, on: fileSystem)
      case .rewrite, .restore, .rebuildIndexes, .setAside, .finishInterrupted: break
      }
    }
    try syncDirectory()
  }

  private func syncDirectory() throws(LogError) {
    do { try fileSystem.syncDirectory(repairer.directory) } catch { throw LogError(error) }
  }

  // MARK: The old files

  private func path(_ name: String) -> String { "\(repairer.directory)/\(name)" }

  /// `NAME.damaged`, or with a number where an earlier repair took that.
  private func asideName(of name: String) throws(LogError) -> String {
    let names = Set(try repairer.names())
    var aside = "\(name).damaged"
    var number = 2
    while names.contains(aside) {
      aside = "\(name).\(number).damaged"
      number += 1
    }
    return aside
  }

  private func setAside(_ name: String) throws(LogError) {
    let aside = try asideName(of: name)
    do {
      guard try fileSystem.kind(of: path(name)) != nil else { return }
      // One that is about to be replaced stays until then: a crash must not lose what it says.
      guard name == LeaderEpochCheckpoint.fileName else {
        return try fileSystem.rename(path(name), to: path(aside))
      }
      let source = try fileSystem.open(path(name), .read)
      let target = try fileSystem.open(path(aside), .create)
      var end = 0
      try copy(0..<source.byteCount(), of: source, to: target, at: &end)
      try target.sync()
    } catch { throw LogError(error) }
  }

  // MARK: Segments

  private func rewrite(_ repair: SegmentRepair) throws(LogError) {
    let files = repairer.files(repair.base)
    let new = files.path(.log, .cleaned)
    do {
      let target = try fileSystem.open(new, .create)
      try target.resize(to: 0)
      if try fileSystem.kind(of: files.log) != nil {
        let source = try fileSystem.open(files.log, .read)
        let aside = try fileSystem.open(
          path(asideName(of: SegmentFileName(repair.base, .log).description)), .create)
        var end = 0
        try copy(0..<source.byteCount(), of: source, to: aside, at: &end)
        try aside.sync()
        try write(repair, from: source, to: target)
      } else {
        try write(repair, from: target, to: target)
      }
      try target.sync()
      for index in [files.offsetIndex, files.timeIndex, files.transactionIndex]
      where try fileSystem.kind(of: index) != nil {
        try fileSystem.remove(index)
      }
      try fileSystem.syncDirectory(repairer.directory)
      try fileSystem.rename(new, to: files.log)
      try fileSystem.syncDirectory(repairer.directory)
    } catch let error as FileError {
      throw LogError(error)
    } catch { throw (error as? LogError) ?? LogError(.io, "\(error)") }
  }

  private func write(
    _ repair: SegmentRepair, from source: any File, to target: any File
  ) throws {
    var end = 0
    for piece in repair.pieces {
      switch piece {
      case .bytes(let range):
        let start = end
        try copy(range, of: source, to: target, at: &end)
        for (position, epoch) in repair.epochs where range.contains(position) {
          var bytes: [UInt8] = []
          bytes.appendBigEndian(epoch)
          let field = start + position - range.lowerBound
          try target.write(
            ByteSlice(bytes).bytes, at: field + RecordBatchHeader.Field.partitionLeaderEpoch)
        }
      case .commits(let bytes):
        try target.write(ByteSlice(bytes).bytes, at: end)
        end += bytes.count
      case .gap(let offsets, let leaderEpoch):
        var builder = RecordBatchBuilder(
          baseOffset: offsets.lowerBound, partitionLeaderEpoch: leaderEpoch)
        builder.lastOffset = offsets.upperBound + -1
        try builder.finish()
        try target.write(builder.bytes, at: end)
        end += builder.bytes.byteCount
      }
    }
  }

  private func copy(
    _ range: Range<Int>, of source: any File, to target: any File, at end: inout Int
  ) throws(FileError) {
    var position = range.lowerBound
    while position < range.upperBound {
      let bytes = ByteSlice(
        try source.read(min(Self.copyBytes, range.upperBound - position), at: position))
      guard !bytes.isEmpty else { break }
      try target.write(bytes.bytes, at: end)
      position += bytes.count
      end += bytes.count
    }
  }

  // MARK: What is made from the batches

  /// Builds the indexes of all segments, and a snapshot at the start of each but the first.
  private func rebuildIndexes(_ bases: [Offset]) throws(LogError) {
    guard let first = bases.first, let last = bases.last else { return }
    var producers = try ProducerSnapshot.newest(
      in: repairer.directory, upTo: first, startingAt: first, on: fileSystem)
    for base in bases {
      let files = repairer.files(base)
      if base > first {
        try ProducerSnapshot.write(producers, to: files.producerSnapshot, on: fileSystem)
      }
      let rebuilder = SegmentRebuilder(
        files, on: fileSystem, configuration: repairer.configuration)
      let content = try rebuilder.check()
      let end = try rebuilder.rebuild(content, isLast: base == last, producers: &producers)
      if base == last { try finishLast(files, end, producers, keeping: Set(bases)) }
    }
  }

  /// As a clean close leaves the last segment: with the newest record in its time index, and a
  /// snapshot at the end.
  private func finishLast(
    _ files: SegmentFiles, _ end: SegmentEnd, _ producers: ProducerStateTable,
    keeping bases: Set<Offset>
  ) throws(LogError) {
    let indexes = try SegmentIndexes(
      files, on: fileSystem, configuration: repairer.configuration)
    try indexes.close(end)
    try indexes.sync()
    try ProducerSnapshot.write(
      producers, to: repairer.files(end.nextOffset).producerSnapshot, on: fileSystem)
    try ProducerSnapshot.removeStray(
      in: repairer.directory, after: end.nextOffset, keeping: bases, on: fileSystem)
  }
}
