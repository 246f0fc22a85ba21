import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// What `preallocate` and `segment.jitter.ms` do to segments.
@Suite struct SegmentSettingsTests {
  private static let segmentBytes = 64 << 10

  private static func configuration(
    _ change: (inout LogConfiguration) -> Void
  ) -> LogConfiguration {
    var configuration = LogConfiguration()
    configuration.segmentBytes = segmentBytes
    configuration.retentionMilliseconds = -1
    change(&configuration)
    return configuration
  }

  private func size(
    of base: Int, _ suffix: String = "log", on disk: SimulatedFileSystem
  ) throws -> Int {
    let name = String(repeating: "0", count: 20 - "\(base)".count) + "\(base).\(suffix)"
    return try disk.open("/topic-0/\(name)", .read).byteCount()
  }

  @Test func `a preallocated segment has its whole size from the start until it is closed`() throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    let subject = try LogUnderTest(
      "/topic-0", on: disk, configuration: Self.configuration { $0.isPreallocated = true })
    #expect(try size(of: 0, on: disk) == Self.segmentBytes)
    for _ in 0..<3 { try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))]) }
    #expect(try size(of: 0, on: disk) < Self.segmentBytes)
    #expect(try size(of: 2, on: disk) == Self.segmentBytes)
    try subject.reopen(cleanly: false)
    #expect(try subject.read(from: 0) == subject.records)
    try subject.log.close()
    #expect(try size(of: 2, on: disk) < Self.segmentBytes)
  }

  @Test("G14: a segment that there is no room to preallocate leaves the log as it was")
  func noRoom() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let subject = try LogUnderTest(
      "/topic-0", on: disk, configuration: Self.configuration { $0.isPreallocated = true })
    for _ in 0..<2 { try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))]) }
    disk.setCapacity(100 << 10)
    let error = #expect(throws: LogError.self) {
      try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))])
    }
    #expect((error?.cause as? FileError)?.code == .noSpace)
    #expect(try disk.contents(ofDirectory: "/topic-0").filter { $0.hasSuffix(".log") }.count == 1)
    disk.setCapacity(.max)
    try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))])
    #expect(try subject.read(from: 0) == subject.records)
  }

  @Test("G14: an index takes room when an entry is due; where there is none the log is as it was")
  func indexRoom() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let subject = try LogUnderTest(
      "/topic-0", on: disk, configuration: Self.configuration { _ in })
    let value = [UInt8](repeating: 1, count: 5000)
    try subject.append([(5, nil, value)])
    #expect(try size(of: 0, "index", on: disk) == 0)
    disk.setCapacity(0)
    let error = #expect(throws: LogError.self) { try subject.append([(6, nil, value)]) }
    #expect((error?.cause as? FileError)?.code == .noSpace)
    #expect(try subject.read(from: 0) == subject.records)
    disk.setCapacity(.max)
    for time in Int64(7)..<10 { try subject.append([(Timestamp(time), nil, value)]) }
    #expect(try size(of: 0, "index", on: disk) > 0 && size(of: 0, "timeindex", on: disk) > 0)
    try subject.reopen(cleanly: false)
    #expect(try subject.read(from: 0) == subject.records)
    #expect(try subject.log.segments[0].offsetIndex().entryCount == 3)
  }

  @Test func `a roll that fails says what it could not remove, and the next one takes it over`()
    throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    let subject = try LogUnderTest(
      "/topic-0", on: disk, configuration: Self.configuration { _ in })
    for _ in 0..<2 { try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))]) }
    disk.fail { operation in
      if operation.kind == .create && operation.path.hasSuffix("2.timeindex") { return .noSpace }
      return operation.kind == .remove ? .io : nil
    }
    let error = #expect(throws: LogError.self) {
      try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))])
    }
    #expect((error?.cause as? FileError)?.code == .noSpace)
    #expect(error?.message.contains("00000000000000000002.log") == true)
    disk.fail(where: nil)
    try subject.append([(5, nil, [UInt8](repeating: 1, count: 30_000))])
    #expect(subject.log.segments.map(\.baseOffset) == [0, 2])
    #expect(try subject.read(from: 0) == subject.records)
  }

  /// The age at which the first segment is rolled.
  private func rollAge(of directory: String, jitter: Int64) throws -> Int64 {
    let subject = try LogUnderTest(
      directory, on: SimulatedFileSystem(seed: 1),
      configuration: Self.configuration {
        $0.segmentMilliseconds = 1000
        $0.segmentJitterMilliseconds = jitter
      })
    try subject.append([(0, nil, [1])])
    for age in Int64(550)...1001 {
      // What was drawn stays when the log is opened again.
      if age == 580 { try subject.reopen(cleanly: true) }
      try subject.append([(Timestamp(age), nil, [1])])
      if subject.log.segments.count > 1 { return age }
    }
    return .max
  }

  @Test func `segments are rolled up to the jitter earlier, those of many logs not all at once`()
    throws
  {
    let ages = try (0..<12).map { try rollAge(of: "/data/topic-\($0)", jitter: 400) }
    #expect(ages.allSatisfy { (602...1001).contains($0) }, "\(ages)")
    #expect(Set(ages).count > 6, "\(ages)")
    #expect(try rollAge(of: "/data/topic-0", jitter: 0) == 1001)
  }
}
