internal import VarveBase

/// Looks at every file and decides.
struct RepairPlanning {
  private let repairer: LogRepairer
  private var plan = LogRepairer.Plan()
  private var expected: Offset = 0
  private var epochs = RepairedEpochs()
  /// What the commit journals have of the log.
  private let commits: RecoveredCommits.OfLog

  init(_ repairer: LogRepairer) {
    self.repairer = repairer
    // What is damaged of it is told further down.
    let stored = try? PartitionMetadata.read(in: repairer.directory, on: repairer.fileSystem)
    let id = repairer.topicID ?? stored?.topicID
    let all = id == nil ? RecoveredCommits() : repairer.commits
    commits = all.ofLog(repairer.partition, id ?? .zero)
  }

  mutating func run() throws(LogError) -> LogRepairer.Plan {
    let names = try repairer.names()
    let hasInterrupted = names.contains {
      let state = SegmentFileName($0)?.state
      return state == .swap || state == .cleaned
    }
    if hasInterrupted { plan.actions.append(.finishInterrupted) }
    try planSegments(names)
    if names.contains(LeaderEpochCheckpoint.fileName) { planEpochs() }
    for repair in plan.segments where repair.mustRewrite {
      plan.actions.append(.rewrite(file: SegmentFileName(repair.base, .log).description))
    }
    try planSideFiles(names)
    return plan
  }

  // MARK: Segments

  private mutating func planSegments(_ names: [String]) throws(LogError) {
    var bases: [Offset] = names.compactMap { name in
      guard let file = SegmentFileName(name), file.kind == .log, file.state == .live else {
        return nil
      }
      return file.baseOffset
    }
    if bases.isEmpty, max(repairer.recoveryPoint, commits.end) > repairer.logStartOffset {
      bases = [repairer.logStartOffset]
    }
    expected = bases.first ?? 0
    for (index, base) in bases.enumerated() {
      try plan(base, next: index + 1 < bases.count ? bases[index + 1] : nil)
    }
  }

  private mutating func plan(_ base: Offset, next: Offset?) throws(LogError) {
    let file = SegmentFileName(base, .log).description
    guard base >= expected else {
      // Its offsets were given twice, and which records are the right ones nobody can tell.
      plan.actions.append(.setAside(file: file))
      plan.lost.append(
        LogRepairer.Loss(
          file: file, bytes: 0..<0, offsets: expected..<expected,
          reason: "it starts at offset \(base), which the segment before has already"))
      return
    }
    expected = base
    var repair = SegmentRepair(base: base)
    if try exists(repairer.files(base).log) { try walk(&repair, file, before: next) }
    if next == nil || !repairer.isCompacted {
      let end = next ?? max(expected, repairer.recoveryPoint, commits.end)
      try fill(upTo: end, 0..<0, "records are missing", file, &repair)
    }
    plan.segments.append(repair)
  }

  private mutating func walk(
    _ repair: inout SegmentRepair, _ file: String, before next: Offset?
  ) throws(LogError) {
    var scanner = try SegmentScanner(
      repairer.files(repair.base), before: next, recoveryPoint: repairer.recoveryPoint,
      on: repairer.fileSystem)
    var damage: (range: Range<Int>, reason: String)?
    while let step = try scanner.next() {
      switch step {
      case .zeros(let range):
        // Room reserved ahead of the end: the loader cuts it.
        if next != nil { damage = (range, "zeros where batches should be") }
      case .damage(let range, let reason): damage = (range, reason)
      case .batch(let header, let position, _):
        if header.baseOffset > expected, !repairer.isCompacted || damage != nil {
          let what = damage ?? (position..<position, "records are missing")
          try fill(upTo: header.baseOffset, what.range, what.reason, file, &repair)
        } else if let damage {
          try lose(expected..<expected, damage.range, damage.reason, file, &repair)
        }
        damage = nil
        keep(position..<position + header.sizeInBytes, &repair)
        expected = header.nextOffset
        epochs.add(header, in: repair.base, at: position)
      }
    }
    if let damage {
      try lose(expected..<expected, damage.range, damage.reason, file, &repair)
    }
  }

  private func keep(_ range: Range<Int>, _ repair: inout SegmentRepair) {
    if case .bytes(let last)? = repair.pieces.last, last.upperBound == range.lowerBound {
      repair.pieces[repair.pieces.count - 1] = .bytes(last.lowerBound..<range.upperBound)
    } else {
      repair.pieces.append(.bytes(range))
    }
  }

  /// Fills the offsets up to `end`, which the log had: from the commit journals, and what they do
  /// not have is lost.
  private mutating func fill(
    upTo end: Offset, _ bytes: Range<Int>, _ reason: String, _ file: String,
    _ repair: inout SegmentRepair
  ) throws(LogError) {
    var bytes = bytes
    restore(before: end, file, &repair)
    while expected < end {
      var next = commits.firstOffset(after: expected, before: end) ?? end
      if !commits.isEmpty, expected < settled { next = min(settled, end) }
      try lose(expected..<next, bytes, reason, file, &repair)
      bytes = bytes.upperBound..<bytes.upperBound
      restore(before: end, file, &repair)
    }
  }

  /// Takes what the commit journals have from the expected offset on. Not before the recovery
  /// point, where the files had it all, nor what compaction may have taken out since.
  private mutating func restore(
    before end: Offset, _ file: String, _ repair: inout SegmentRepair
  ) {
    guard expected >= settled else { return }
    let limit = min(end, repair.base + Limits.offsetDeltaMax + 1)
    let start = expected
    while let found = commits.batches(from: expected, before: limit) {
      for bytes in found.batches {
        repair.pieces.append(.commits(Array(bytes)))
        guard let header = RecordBatchHeader(bytes.bytes) else { continue }
        epochs.add(header, in: repair.base, at: nil)
      }
      expected = found.end
    }
    guard expected > start else { return }
    plan.actions.append(.restore(file: file, offsets: start..<expected))
    repair.mustRewrite = true
  }

  private var settled: Offset { max(repairer.recoveryPoint, repairer.cleanedUpTo) }

  private mutating func lose(
    _ offsets: Range<Offset>, _ bytes: Range<Int>, _ reason: String, _ file: String,
    _ repair: inout SegmentRepair
  ) throws(LogError) {
    plan.lost.append(
      LogRepairer.Loss(file: file, bytes: bytes, offsets: offsets, reason: reason))
    repair.mustRewrite = true
    guard !offsets.isEmpty else { return }
    guard offsets.upperBound - repair.base <= Limits.offsetDeltaMax else {
      throw LogError(
        .segmentOverflow,
        """
        offsets \(offsets.lowerBound) to \(offsets.upperBound) are missing, more than a segment \
        can have: bring the missing segments back
        """, partition: repairer.partition, file: file, offset: offsets.lowerBound)
    }
    repair.pieces.append(.gap(offsets, leaderEpoch: -1))
    expected = offsets.upperBound
  }

  private func exists(_ path: String) throws(LogError) -> Bool {
    do { return try repairer.fileSystem.kind(of: path) != nil } catch { throw LogError(error) }
  }

  // MARK: Other files

  /// What else `LogVerifier` finds decides about the rest.
  private mutating func planSideFiles(_ names: [String]) throws(LogError) {
    var verifier = LogVerifier(repairer.directory, on: repairer.fileSystem)
    verifier.isCompacted = repairer.isCompacted
    verifier.logStartOffset = repairer.logStartOffset
    verifier.recoveryPoint = repairer.recoveryPoint
    verifier.topicID = repairer.topicID
    var codes: Set<LogVerifier.Fault.Code> = []
    var badSnapshots: Set<String> = []
    try verifier.verify { fault in
      codes.insert(fault.code)
      if fault.code == .producerSnapshot { badSnapshots.insert(fault.file) }
    }
    let hasRewrites = plan.segments.contains(where: \.mustRewrite)
    for name in badSnapshots.sorted() { plan.actions.append(.setAside(file: name)) }
    let needed: Set<LogVerifier.Fault.Code> = [
      .offsetIndex, .timeIndex, .transactionIndex, .producerSnapshot,
    ]
    if hasRewrites || !codes.isDisjoint(with: needed) { plan.actions.append(.rebuildIndexes) }
    planOrphans(names)
    if codes.contains(.partitionMetadata) { planMetadata(names) }
  }

  private mutating func planEpochs() {
    let file = LeaderEpochCheckpoint.fileName
    let checkpoint = try? LeaderEpochCheckpoint.read(
      in: repairer.directory, on: repairer.fileSystem)
    let decided = epochs.decided(checkpoint, start: repairer.logStartOffset)
    for index in plan.segments.indices { plan.segments[index].fillGaps(by: decided) }
    for (place, epoch) in epochs.corrections(to: decided, from: repairer.logStartOffset) {
      guard let index = plan.segments.firstIndex(where: { $0.base == place.segment }) else {
        continue
      }
      plan.segments[index].epochs[place.position] = epoch
      plan.segments[index].mustRewrite = true
    }
    guard decided != checkpoint else { return }
    plan.actions.append(.setAside(file: file))
    plan.actions.append(.writeLeaderEpochs(decided))
  }

  private mutating func planOrphans(_ names: [String]) {
    let bases = Set(plan.segments.map(\.base))
    for name in names {
      guard let file = SegmentFileName(name), file.state == .live, file.kind != .log,
        file.kind != .snapshot, !bases.contains(file.baseOffset)
      else { continue }
      plan.actions.append(.remove(file: name))
    }
  }

  private mutating func planMetadata(_ names: [String]) {
    if names.contains(PartitionMetadata.fileName) {
      plan.actions.append(.setAside(file: PartitionMetadata.fileName))
    }
    if let id = repairer.topicID { plan.actions.append(.writeMetadata(id)) }
  }
}
