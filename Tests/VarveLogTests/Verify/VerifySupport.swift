import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// A partition's directory in memory, whose bytes a test can damage.
struct DamagedDirectory {
  static let path = "/data/topic-0"

  let files: SimulatedFileSystem
  var verifier: LogVerifier

  /// The same directory on a disk after a crash.
  init(_ other: DamagedDirectory, on files: SimulatedFileSystem) {
    self.files = files
    verifier = LogVerifier(Self.path, on: files)
    verifier.topicID = other.verifier.topicID
  }

  init(isCompacted: Bool = false) throws {
    files = SimulatedFileSystem(seed: 1)
    try files.createDirectory(Self.path)
    verifier = LogVerifier(Self.path, on: files)
    verifier.isCompacted = isCompacted
  }

  /// A copy of one of Kafka's partitions.
  init(golden name: String) throws {
    try self.init(isCompacted: name.hasPrefix("compact") || name.hasPrefix("__"))
    let disk = LocalFileSystem()
    let source = Golden.path("data/\(name)")
    for file in try disk.contents(ofDirectory: source) {
      let bytes = try disk.open("\(source)/\(file)", .read).readAll()
      try bytes.withRawSpan { try files.open("\(Self.path)/\(file)", .create).write($0, at: 0) }
    }
    verifier.topicID = try PartitionMetadata.read(in: Self.path, on: files)?.topicID
    verifier.logStartOffset =
      try OffsetCheckpoint(.logStart, in: Golden.path("data"), on: disk).read()
      .first { "\($0.key)" == name }?.value ?? 0
  }

  /// A log of our own: several segments, transactions, a producer, closed in order.
  init(seed: UInt64, batches: Int = 60, compaction: Bool = false) throws {
    try self.init()
    var random = SeededGenerator(seed: seed)
    var configuration = PartitionLogTests.small()
    configuration.segmentBytes = 2048
    let log = try LogUnderTest.loader(Self.path, files, SystemTime(), configuration).load().log
    for number in 0..<batches { try Self.append(number, to: log, &random) }
    try log.close()
    try LeaderEpochCheckpoint.write(
      LeaderEpochs([LeaderEpochs.Entry(epoch: 0, startOffset: 0)]), in: Self.path, on: files)
    let id = try #require(TopicID("ZP3JYaiHRj-mbf5_lN2z_Q"))
    try PartitionMetadata(topicID: id).write(in: Self.path, on: files)
    verifier.topicID = id
  }

  private static func append(
    _ number: Int, to log: PartitionLog, _ random: inout SeededGenerator
  ) throws {
    let kind = number % 5
    if kind == 4 {
      var marker = RecordBatchBuilder(
        producerID: 7, producerEpoch: 0, isTransactional: true, isControl: true)
      try marker.appendMarker(
        commits: number % 2 == 0, coordinatorEpoch: 1, timestamp: Timestamp(Int64(1000 + number)))
      try marker.finish()
      try log.append(marker.bytes)
      return
    }
    var builder = RecordBatchBuilder(
      codec: number % 7 == 0 ? .gzip : .none, producerID: kind == 1 || kind == 3 ? 7 : -1,
      producerEpoch: kind == 1 || kind == 3 ? 0 : -1,
      baseSequence: kind == 1 || kind == 3
        ? Int32(number / 5 * 4 + (kind == 3 ? 2 : 0)) : -1,
      isTransactional: kind == 1 || kind == 3)
    for record in 0..<2 {
      try builder.append(
        timestamp: Timestamp(Int64(1000 + number) + Int64.random(in: -9...9, using: &random)),
        key: ByteSlice("key\(record)".utf8),
        value: ByteSlice([UInt8](repeating: UInt8(number), count: 30)))
    }
    try builder.finish()
    try log.append(builder.bytes)
  }

  var names: [String] { get throws { try files.contents(ofDirectory: Self.path) } }

  func bytes(_ name: String) throws -> [UInt8] {
    try files.open("\(Self.path)/\(name)", .read).readAll()
  }

  func write(_ bytes: [UInt8], to name: String, at position: Int = 0) throws {
    let file = try files.open("\(Self.path)/\(name)", .create)
    try bytes.withRawSpan { try file.write($0, at: position) }
  }

  /// Calls `body` while one bit of a file is flipped.
  func withFlip(_ bit: Int, of name: String, _ body: () throws -> Void) throws {
    let file = try files.open("\(Self.path)/\(name)", .readWrite)
    let old = try file.read(1, at: bit / 8)
    let new = [old[0] ^ 1 << (bit % 8)]
    try new.withRawSpan { try file.write($0, at: bit / 8) }
    let outcome = Result { try body() }
    try old.withRawSpan { try file.write($0, at: bit / 8) }
    try outcome.get()
  }
}
