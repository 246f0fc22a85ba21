import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: the journal's bytes are those that its documentation says, put together here by hand, and
/// only rounds of one pass over the file are read.
@Suite struct CommitFormatTests {
  private let disk = SimulatedFileSystem(seed: 1)
  private static let path = "\(JournaledLogs.root)/commit-journal.0"

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: value >> $0)
    }
  }

  /// One log's part of a round.
  private static func commit(
    _ topic: String, _ partition: Int32, id: UInt128, from offset: Int64, _ batches: [UInt8]
  ) -> [UInt8] {
    bigEndian(id) + bigEndian(partition) + bigEndian(UInt16(topic.utf8.count)) + Array(topic.utf8)
      + bigEndian(offset) + bigEndian(UInt32(batches.count)) + batches
  }

  private static func round(_ body: [UInt8], after previous: UInt32) -> (bytes: [UInt8], UInt32) {
    let start = Array("VCJ".utf8) + [1] + bigEndian(previous) + bigEndian(UInt32(body.count))
    let checksum = CRC32C.portableChecksum(ByteSlice(start + body).bytes)
    return (start + bigEndian(checksum) + body, checksum)
  }

  /// A batch of one record, stored at an offset.
  private static func batch(at offset: Int64, _ value: [UInt8]) throws -> [UInt8] {
    var builder = RecordBatchBuilder()
    try builder.append(timestamp: 1, key: nil, value: ByteSlice(value))
    try builder.finish()
    var bytes = Array(ByteSlice(builder.bytes))
    bytes.replaceSubrange(0..<8, with: bigEndian(offset))
    bytes.replaceSubrange(12..<16, with: [0, 0, 0, 0])
    return bytes
  }

  private func logs(_ count: Int, journalBytes: Int = 1 << 20) throws -> JournaledLogs {
    var limits = SharedSync.Limits()
    limits.journalBytes = journalBytes
    let models = (0..<count).map { JournaledLogs.Model(topicID: TopicID(rawValue: UInt128($0))) }
    let logs = try JournaledLogs(on: disk, models: models, limits: limits, segmentBytes: 1 << 16)
    for index in 0..<count { try logs.append([9], to: index) }
    logs.makeDurable(0..<count)
    return logs
  }

  @Test func `a round is what the documentation says`() throws {
    let logs = try logs(1)
    try logs.append([1], to: 0)
    try logs.append([2, 2], to: 0)
    logs.makeDurable([0])
    try logs.append([3], to: 0)
    logs.makeDurable([0])
    let (first, checksum) = Self.round(
      Self.commit(
        "topic", 0, id: 0, from: 1, try Self.batch(at: 1, [1]) + Self.batch(at: 2, [2, 2])),
      after: 0)
    let (second, _) = Self.round(
      Self.commit("topic", 0, id: 0, from: 3, try Self.batch(at: 3, [3])), after: checksum)
    let written = try disk.open(Self.path, .read).readAll()
    #expect(Array(written.prefix(first.count + second.count)) == first + second)
    #expect(written.dropFirst(first.count + second.count).allSatisfy { $0 == 0 })
  }

  @Test func `rounds that an earlier pass left behind the last one are not read`() throws {
    // Rounds of one size: the second pass ends where a round of the first one begins.
    let logs = try logs(1, journalBytes: 500)
    for value in UInt8(1)...6 {
      try logs.append([value], to: 0)
      logs.makeDurable([0])
    }
    // The fifth goes to the other journal, and the sixth as well: the ninth comes back to this one.
    for value in UInt8(7)...9 {
      try logs.append([value], to: 0)
      logs.makeDurable([0])
    }
    let commits = try RecoveredCommits(in: JournaledLogs.root, on: disk)
    let partition = logs.logs[0].partition
    #expect(logs.logs[0].endOffset == 10)
    let found = (0..<10).filter {
      commits.ofLog(partition, .zero).batches(from: Offset($0), before: nil) != nil
    }
    #expect(found == [5, 6, 7, 8, 9])
  }

  @Test(
    "any bytes are read as whole batches or refused", arguments: TestShare.seeds(2, long: 200))
  func anyBytes(seed: UInt64) throws {
    let body = Self.commit("a", 0, id: 0, from: 0, try Self.batch(at: 0, [1]))
    fuzz(
      fuzzCommitJournal, samples: [body, Self.round(body + body, after: 0).bytes],
      inputCount: TestShare.count(1000, long: 10_000), seed: seed)
  }
}
