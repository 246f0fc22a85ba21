import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: after a repair the directory is whole and every batch that no damage touched is where it
/// was. Method: random damages to a log of our own; the batches as they were before are the oracle.
@Suite struct VerifyRepairTests {
  /// A batch as it was before the damage.
  struct Batch: Equatable {
    var file: String
    var range: Range<Int>
    var offset: Offset
    var bytes: [UInt8]
  }

  private func batches(_ directory: DamagedDirectory) throws -> [Batch] {
    var found: [Batch] = []
    for name in try directory.all(".log") {
      let bytes = try directory.bytes(name)
      var position = 0
      while let header = bytes.withRawSpan({ RecordBatchHeader($0, at: position) }) {
        let range = position..<position + header.sizeInBytes
        found.append(
          Batch(file: name, range: range, offset: header.baseOffset, bytes: Array(bytes[range])))
        position = range.upperBound
      }
    }
    return found
  }

  private func repairer(_ directory: DamagedDirectory) throws -> LogRepairer {
    let partition = TopicPartition(topic: try TopicName("topic"), partition: 0)
    var repairer = LogRepairer(
      partition, directory: DamagedDirectory.path, on: directory.files)
    repairer.configuration = PartitionLogTests.small()
    repairer.recoveryPoint = DamagedDirectory.end
    repairer.topicID = directory.verifier.topicID
    return repairer
  }

  /// Damages bytes of one file. Returns what was touched.
  private func damage(
    _ directory: DamagedDirectory, _ random: inout SeededGenerator
  ) throws -> (file: String, range: Range<Int>) {
    let logs = try directory.all(".log")
    let all = try directory.names.filter { !$0.hasSuffix(".damaged") }
    let isLog = Int.random(in: 0..<3, using: &random) > 0
    let name = try #require((isLog ? logs : all).randomElement(using: &random))
    let size = try directory.bytes(name).count
    guard size > 0 else { return (name, 0..<0) }
    let start = Int.random(in: 0..<size, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      try directory.remove(name)
      return (name, 0..<size)
    case 1:
      try directory.cut(name, to: start)
      return (name, start..<size)
    case 2:
      let end = min(size, start + Int.random(in: 1...400, using: &random))
      let filler = UInt8.random(in: 0...1, using: &random) * 0x5A
      try directory.write([UInt8](repeating: filler, count: end - start), to: name, at: start)
      return (name, start..<end)
    default:
      let old = try directory.bytes(name)[start]
      try directory.write([old ^ 1 << UInt8.random(in: 0...7, using: &random)], to: name, at: start)
      return (name, start..<start + 1)
    }
  }

  @Test("G09: a repair keeps every batch that no damage touched, and says what is lost")
  func repairs() throws {
    for seed in TestShare.seeds(60, long: 3000) {
      do { try repair(seed) } catch { Issue.record("\(TestShare.again(seed)): \(error)") }
    }
  }

  private func repair(_ seed: UInt64) throws {
    let again = Comment(rawValue: TestShare.again(seed))
    var random = SeededGenerator(seed: seed)
    let directory = try DamagedDirectory(seed: seed % 7)
    let before = try batches(directory)
    var touched: [(file: String, range: Range<Int>)] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      touched.append(try damage(directory, &random))
    }
    let contents = try directory.contents()
    let planned = try repairer(directory).plan()
    #expect(try directory.contents() == contents, again)
    let done = try repairer(directory).apply()
    #expect(done == planned, again)
    var verifier = directory.verifier
    verifier.recoveryPoint = DamagedDirectory.end
    let faults = try verifier.faults().map(\.description)
    #expect(faults == [], again)
    #expect(try repairer(directory).plan().isEmpty, again)
    let untouched = before.filter { batch in
      !touched.contains { $0.file == batch.file && $0.range.overlaps(batch.range) }
    }
    try expectKept(untouched, directory, done, again)
  }

  private func expectKept(
    _ untouched: [Batch], _ directory: DamagedDirectory, _ plan: LogRepairer.Plan, _ again: Comment
  ) throws {
    let log = try directory.load()
    #expect(log.endOffset == DamagedDirectory.end, again)
    let first = try #require(log.segments.first).baseOffset
    for batch in untouched where batch.offset >= first {
      let bytes = try log.read(from: batch.offset, maxBytes: 1).bytes
      #expect(Array(bytes) == batch.bytes, "offset \(batch.offset), \(again)")
      #expect(!plan.lost.contains { $0.offsets.contains(batch.offset) }, again)
    }
  }

  @Test("G09: a flipped bit of an offset, which no checksum covers, costs that batch alone")
  func flippedOffsets() throws {
    let directory = try DamagedDirectory(seed: 1)
    for (index, batch) in try batches(directory).enumerated() {
      for bit in 0..<64 where TestShare.isLong || (index + bit) % 8 == 0 {
        try directory.withFlip(batch.range.lowerBound * 8 + bit, of: batch.file) {
          let lost = try repairer(directory).plan().lost.map(\.offsets).filter { !$0.isEmpty }
          let header = try #require(batch.bytes.withRawSpan { RecordBatchHeader($0) })
          #expect(lost == [batch.offset..<header.nextOffset], "\(batch.offset), bit \(bit)")
        }
      }
    }
  }

  @Test("a whole directory is left as it is")
  func leavesWhole() throws {
    let directory = try DamagedDirectory(seed: 1)
    let before = try directory.contents()
    #expect(try repairer(directory).apply().isEmpty)
    #expect(try directory.contents() == before)
  }

  @Test("G09: a repair that a crash interrupts is done again", arguments: UInt64(1)...20)
  func interrupted(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let directory = try DamagedDirectory(seed: seed)
    let before = try batches(directory)
    let touched = try damage(directory, &random)
    try directory.files.syncAll(below: "/")
    directory.files.crash(
      at: directory.files.operationCount + Int.random(in: 1...30, using: &random))
    _ = try? repairer(directory).apply()
    let later = DamagedDirectory(directory, on: directory.files.afterPowerLoss())
    let plan = try repairer(later).apply()
    var verifier = later.verifier
    verifier.recoveryPoint = DamagedDirectory.end
    let faults = try verifier.faults().map(\.description)
    #expect(faults == [], "seed \(seed)")
    let untouched = before.filter {
      $0.file != touched.file || !$0.range.overlaps(touched.range)
    }
    try expectKept(untouched, later, plan, "seed \(seed)")
  }
}
