import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// What a start makes of a replacement of segments that was interrupted, Kafka's too.
@Suite struct SegmentReplacementTests {
  private let subject: CompactedLog
  private let original: [StoredRecord]
  /// The disk after the compaction, and what it holds.
  private let compacted: SimulatedFileSystem
  private let expected: [StoredRecord]
  private let end: Offset
  /// The segments that became one: the new one has the name of the first.
  private let replaced: [Offset]

  init() throws {
    var generator = SeededGenerator(seed: 12)
    subject = try CompactedLog()
    while subject.log.segments.count < 4 {
      try subject.appendRandom(keys: 8, using: &generator)
    }
    try subject.log.close()
    end = subject.log.endOffset
    original = subject.model.records
    compacted = subject.disk.afterProcessCrash()
    let log = try Self.open(subject, on: compacted, end)
    replaced = log.segments.dropLast().map(\.baseOffset)
    // Twice: the sizes before decide which segments become one.
    for _ in 0..<2 {
      let compactor = Compactor(log)
      while try compactor.step() {}
    }
    expected = try LogContents.records(log)
    try #require(log.segments.count == 2)
  }

  private static func open(
    _ subject: CompactedLog, on disk: SimulatedFileSystem, _ end: Offset
  ) throws -> PartitionLog {
    try LogContents.open(
      subject.directory, on: disk, time: subject.time, configuration: subject.configuration,
      recoveryPoint: end)
  }

  private func path(
    _ base: Offset, _ kind: SegmentFileName.Kind, _ state: SegmentFileName.State = .live
  ) -> String {
    SegmentFileName(base, kind, state).path(in: subject.directory)
  }

  /// The disk before the compaction, with a file of the compacted segment under some name.
  private func put(
    _ kind: SegmentFileName.Kind, _ state: SegmentFileName.State, on disk: SimulatedFileSystem
  ) throws {
    let bytes = try compacted.open(path(replaced[0], kind), .read).readAll()
    let file = try disk.open(path(replaced[0], kind, state), .create)
    try file.resize(to: 0)
    try file.write(ByteSlice(bytes).bytes, at: 0)
  }

  private func removeOld(_ kinds: [SegmentFileName.Kind], on disk: SimulatedFileSystem) throws {
    for base in replaced {
      for kind in kinds where try disk.kind(of: path(base, kind)) != nil {
        try disk.rename(path(base, kind), to: path(base, kind, .deleted))
      }
    }
  }

  private static let indexes: [SegmentFileName.Kind] = [.offsetIndex, .timeIndex]

  @Test(arguments: [
    "only .cleaned", "indexes under .swap", "log under .swap, indexes under .cleaned",
    "all under .swap", "all under .swap, old logs gone", "all under .swap, all old ones gone",
    "indexes in place", "log in place, indexes under .swap",
  ])
  func `an interrupted replacement is finished or taken back`(left: String) throws {
    let disk = subject.disk.afterProcessCrash()
    var isNew = true
    switch left {
    case "only .cleaned":
      for kind in Self.indexes + [.log] { try put(kind, .cleaned, on: disk) }
      isNew = false
    case "indexes under .swap":
      for kind in Self.indexes { try put(kind, .swap, on: disk) }
      try put(.log, .cleaned, on: disk)
      isNew = false
    // Kafka names the log first.
    case "log under .swap, indexes under .cleaned":
      for kind in Self.indexes { try put(kind, .cleaned, on: disk) }
      try put(.log, .swap, on: disk)
    case "log in place, indexes under .swap":
      try removeOld(Self.indexes + [.log, .snapshot], on: disk)
      for kind in Self.indexes { try put(kind, .swap, on: disk) }
      try put(.log, .live, on: disk)
    case "indexes in place":
      try removeOld(Self.indexes + [.log], on: disk)
      for kind in Self.indexes { try put(kind, .live, on: disk) }
      try put(.log, .swap, on: disk)
    default:
      for kind in Self.indexes + [.log] { try put(kind, .swap, on: disk) }
      if left.hasSuffix("old logs gone") { try removeOld([.log], on: disk) }
      if left.hasSuffix("all old ones gone") { try removeOld(Self.indexes + [.log], on: disk) }
    }
    for _ in 0..<2 {
      let log = try Self.open(subject, on: disk, end)
      #expect(try LogContents.records(log) == (isNew ? expected : original))
      for segment in log.segments {
        try segment.offsetIndex().verify()
        try segment.timeIndex().verify()
      }
      try log.close()
    }
    let names = try disk.contents(ofDirectory: subject.directory)
    #expect(names.allSatisfy { SegmentFileName($0)?.state ?? .live == .live })
  }

  @Test("G06: a crash while a start finishes what a crash interrupted loses nothing either")
  func crashesOfTheStart() throws {
    var interrupted: [SimulatedFileSystem] = []
    try CrashPoints.each(of: subject.disk) { disk in
      let compactor = Compactor(try Self.open(subject, on: disk, end))
      while try compactor.step() {}
    } check: { disk, _ in
      let names = try disk.contents(ofDirectory: subject.directory)
      if names.contains(where: { $0.hasSuffix(".log.swap") }) { interrupted.append(disk) }
    }
    #expect(interrupted.count > 5)
    let share = TestShare.count(4, long: interrupted.count)
    for index in 0..<share {
      let disk = interrupted[index * interrupted.count / share]
      try CrashPoints.each(of: disk) { disk in
        _ = try Self.open(subject, on: disk, end)
      } check: { disk, point in
        let found = try LogContents.records(try Self.open(subject, on: disk, end))
        #expect(Set(found).isSubset(of: original), "\(point)")
        #expect(Set(expected).isSubset(of: found), "\(point)")
      }
    }
  }

  @Test func `an index without its log is removed`() throws {
    let disk = subject.disk.afterProcessCrash()
    for kind in Self.indexes {
      try disk.rename(path(replaced[0], kind), to: path(end + 100, kind))
    }
    let log = try Self.open(subject, on: disk, end)
    #expect(try LogContents.records(log) == original)
    #expect(try disk.kind(of: path(end + 100, .offsetIndex)) == nil)
  }
}
