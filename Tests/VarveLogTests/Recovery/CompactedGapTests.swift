import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// A topic that Kafka has compacted and that is not compacted any more: gaps between its segments
/// stay, and no checkpoint tells of them. A file that is missing must still be found.
@Suite struct CompactedGapTests {
  private let disk = SimulatedFileSystem(seed: 1)

  /// A segment of one batch with one record, which covers `offsets`.
  private func write(_ offsets: ClosedRange<Int64>, base: Int64) throws {
    var builder = RecordBatchBuilder(baseOffset: Offset(offsets.lowerBound))
    builder.lastOffset = Offset(offsets.upperBound)
    try builder.append(timestamp: 5, key: ByteSlice([1]), value: ByteSlice([2]))
    try builder.finish()
    let name = String(repeating: "0", count: 20 - "\(base)".count) + "\(base).log"
    try disk.createDirectory("/topic-0")
    let file = try disk.open("/topic-0/\(name)", .create)
    try file.write(builder.bytes, at: 0)
    try file.sync()
  }

  private func load(
    cleanly: Bool, recoveryPoint: Offset = 21
  ) throws -> (log: PartitionLog, report: LogLoader.Report) {
    var configuration = LogConfiguration()
    configuration.retentionMilliseconds = -1
    var loader = try LogUnderTest.loader("/topic-0", disk, SystemTime(), configuration)
    loader.isCleanlyClosed = cleanly
    loader.recoveryPoint = recoveryPoint
    return try loader.load()
  }

  @Test(arguments: [true, false])
  func `gaps of a compaction that is over are none that a crash made`(cleanly: Bool) throws {
    try write(0...4, base: 0)
    try write(10...10, base: 10)
    try write(20...20, base: 20)
    let (log, report) = try load(cleanly: cleanly)
    #expect(log.endOffset == 21 && log.segments.map(\.baseOffset) == [0, 10, 20])
    #expect(report.cutBytes == 0)
    #expect(try LogContents.records(log).map(\.offset) == [0, 10, 20])
  }

  @Test(arguments: [true, false])
  func `a file that is missing of a log never compacted is lost data`(cleanly: Bool) throws {
    try write(0...0, base: 0)
    try write(10...10, base: 10)
    try write(11...11, base: 11)
    let error = #expect(throws: LogError.self) { try load(cleanly: cleanly, recoveryPoint: 12) }
    #expect(error?.code == .corrupt)
  }

  @Test func `behind the recovery point a gap ends the log`() throws {
    try write(0...4, base: 0)
    try write(10...10, base: 10)
    let (log, _) = try load(cleanly: false, recoveryPoint: 5)
    #expect(log.endOffset == 5 && log.segments.map(\.baseOffset) == [0])
  }
}
