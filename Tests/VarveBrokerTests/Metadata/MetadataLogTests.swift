import Foundation
import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Goal: what a change promised is there when the directory is opened again, in Kafka's files.
struct MetadataLogTests {
  static let node = MetadataNode(brokerID: 1, directoryID: TopicID(rawValue: 100))

  /// Creates a topic and returns the metadata after it.
  @discardableResult
  static func create(
    _ name: String, partitions: Int32 = 1, configs: [String: String] = [:], in log: MetadataLog,
    id: UInt128
  ) throws(CatalogError) -> MetadataImage {
    try log.change { (image, _) throws(CatalogError) in
      try TopicCatalog(image, node: node).createTopic(
        .init(name, partitions: partitions, configs: configs, id: TopicID(rawValue: id)))
    }
  }

  private func goldenCopy() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for name in ["__cluster_metadata-0", "bootstrap.checkpoint"] {
      try FileManager.default.copyItem(
        at: GoldenData.folder.appending(path: "data/\(name)"),
        to: URL(filePath: "\(directory.path)/\(name)"))
    }
    return directory
  }

  @Test("G04: Kafka's metadata directory opens, takes changes and keeps them")
  func kafkasDirectory() throws {
    let directory = try goldenCopy()
    let disk = LocalFileSystem()
    let time = ManualTime()
    let quorum = try Data(
      contentsOf: URL(filePath: "\(directory.path)/__cluster_metadata-0/quorum-state"))
    let kafkas = try MetadataImageTests.replayed().image
    var expected: MetadataImage
    do {
      let log = try MetadataLog.open(in: directory.path, on: disk, time: time)
      #expect(log.image == kafkas)
      try log.change { (image, offset) throws(CatalogError) in
        #expect(offset == 367)
        return try TopicCatalog(image, node: Self.node)
          .takeCharge(incarnation: TopicID(rawValue: 5), at: offset)
      }
      expected = try Self.create("new", partitions: 3, in: log, id: 6)
      #expect(log.image == expected && expected.topicCount == 9)
      try log.makeSnapshot()
      expected = try Self.create("newer", in: log, id: 7)
      try log.close()
    }
    let log = try MetadataLog.open(in: directory.path, on: disk, time: time)
    #expect(log.image == expected)
    #expect(try MetadataDirectory(in: directory.path, on: disk).read().image == expected)
    // What Kafka's quorum keeps beside the log is still there, in the snapshot too.
    #expect(try MetadataDirectory(in: directory.path, on: disk).read().voters?.voters.count == 1)
    let after = try Data(
      contentsOf: URL(filePath: "\(directory.path)/__cluster_metadata-0/quorum-state"))
    #expect(after == quorum)
  }

  @Test func `an empty directory becomes one of Kafka 4-0`() throws {
    let directory = try TemporaryDirectory()
    let log = try MetadataLog.open(
      in: directory.path, on: LocalFileSystem(), time: ManualTime())
    #expect(log.image.metadataVersion == .initial)
    #expect(log.image.features.count == 3)
    let metadata = "\(directory.path)/__cluster_metadata-0/partition.metadata"
    let text = try String(contentsOfFile: metadata, encoding: .utf8)
    #expect(text == (try GoldenData.text("data/__cluster_metadata-0/partition.metadata")))
  }

  @Test func `Kafka's bootstrap checkpoint is honoured, once`() throws {
    let directory = try TemporaryDirectory()
    let disk = LocalFileSystem()
    // A snapshot of another level, made as `kafka-storage format --release-version 3.9` does.
    var state = MetadataState()
    try state.replay(.record(Self.level(21)))
    _ = try MetadataSnapshot.write(state, in: directory.path, on: disk, now: 5)
    try disk.rename(
      "\(directory.path)/\(MetadataSnapshotID(endOffset: 0, epoch: 0))",
      to: "\(directory.path)/bootstrap.checkpoint")
    let log = try MetadataLog.open(in: directory.path, on: disk, time: ManualTime())
    #expect(log.image.features == ["metadata.version": 21])
    #expect(log.flushedOffset == 1)
    try log.close()
    let again = try MetadataLog.open(in: directory.path, on: disk, time: ManualTime())
    #expect(again.flushedOffset == 1)
  }

  @Test func `a refused change leaves nothing behind`() throws {
    let directory = try TemporaryDirectory()
    let log = try MetadataLog.open(in: directory.path, on: LocalFileSystem(), time: ManualTime())
    try Self.create("a", in: log, id: 1)
    let (before, offset) = (log.image, log.flushedOffset)
    #expect(throws: CatalogError.self) { try Self.create("a", in: log, id: 2) }
    #expect(log.image == before && log.flushedOffset == offset)
  }

  @Test func `snapshots bound the log, and one that is torn is made up for`() throws {
    let directory = try TemporaryDirectory()
    let disk = LocalFileSystem()
    var settings = MetadataLog.Settings()
    settings.snapshotBytes = 2000
    var expected: MetadataImage
    do {
      let log = try MetadataLog.open(
        in: directory.path, on: disk, time: ManualTime(), settings: settings)
      for number in 1...200 {
        try Self.create("topic-\(number)", partitions: 2, in: log, id: UInt128(number))
      }
      expected = log.image
      #expect(log.snapshotFailure == nil)
      try log.close()
    }
    let path = "\(directory.path)/\(MetadataDirectory.name)"
    let snapshots = try disk.contents(ofDirectory: path)
      .compactMap(MetadataSnapshotID.init(fileName:)).sorted()
    #expect(snapshots.count == 2)
    for cut in [10, 0] {
      let newest = try disk.open("\(path)/\(snapshots[1])", .readWrite)
      try newest.resize(to: cut)
      let log = try MetadataLog.open(
        in: directory.path, on: disk, time: ManualTime(), settings: settings)
      #expect(log.image == expected)
      expected = try Self.create("more-\(cut)", in: log, id: UInt128(1000 + cut))
      try log.close()
    }
    #expect(try MetadataDirectory(in: directory.path, on: disk).read().image == expected)
  }

  @Test func `another process reads the metadata while it changes`() throws {
    let directory = try TemporaryDirectory()
    let disk = LocalFileSystem()
    var settings = MetadataLog.Settings()
    settings.snapshotBytes = 1000
    let log = try MetadataLog.open(
      in: directory.path, on: disk, time: ManualTime(), settings: settings)
    for number in 1...50 {
      let image = try Self.create("topic-\(number)", in: log, id: UInt128(number))
      let reader = MetadataDirectory(in: directory.path, on: disk)
      let read = try reader.read().image
      #expect(read == image, "after topic \(number)")
    }
    #expect(try MetadataDirectory(in: "\(directory.path)/none", on: disk).read() == MetadataState())
  }

  @Test func `damage within the log is an error, a torn end is not`() throws {
    let directory = try goldenCopy()
    let disk = LocalFileSystem()
    let path = "\(directory.path)/__cluster_metadata-0/00000000000000000000.log"
    let whole = try ByteSlice(GoldenData.bytes(GoldenData.metadataLog))
    // The batch at offset 60 starts there.
    let middle = 6_000
    let file = try disk.open(path, .readWrite)
    try file.write(ByteSlice([whole[middle] ^ 1]).bytes, at: middle)
    let error = #expect(throws: MetadataError.self) {
      try MetadataLog.open(in: directory.path, on: disk, time: ManualTime())
    }
    #expect(error?.code == .corrupt && error?.path == path && error?.offset != nil)
    #expect(try file.byteCount() == whole.count)
    try file.write(whole.bytes, at: 0)
    try file.resize(to: whole.count - 3)
    let log = try MetadataLog.open(in: directory.path, on: disk, time: ManualTime())
    #expect(log.image == (try MetadataImageTests.replayed(before: 366).image))
  }

  @Test func `metadata of a newer program is refused`() throws {
    let directory = try TemporaryDirectory()
    let disk = LocalFileSystem()
    let path = "\(directory.path)/\(MetadataDirectory.name)"
    try disk.createDirectory(path)
    var batch = RecordBatchBuilder()
    try batch.append(timestamp: 5, key: nil, value: Self.level(31).encoded(version: 0))
    try batch.finish()
    let file = try disk.open("\(path)/00000000000000000000.log", .create)
    try file.write(batch.bytes, at: 0)
    let error = #expect(throws: MetadataError.self) {
      try MetadataLog.open(in: directory.path, on: disk, time: ManualTime())
    }
    #expect(error?.code == .unknownVersion && error?.offset == 0)
    #expect(error?.description.contains("level 31") == true)
  }

  private static func level(_ level: Int16) -> MetadataRecord {
    var feature = FeatureLevelRecord()
    feature.name = MetadataVersion.featureName
    feature.level = level
    return .featureLevel(feature)
  }

  @Test func `a transaction that Kafka left open is aborted`() throws {
    let directory = try TemporaryDirectory()
    let disk = LocalFileSystem()
    let path = "\(directory.path)/\(MetadataDirectory.name)"
    try disk.createDirectory(path)
    var batch = RecordBatchBuilder()
    var topic = TopicRecord()
    topic.name = "half"
    topic.topicID = TopicID(rawValue: 3)
    let records: [MetadataRecord] = [
      Self.level(25), .beginTransaction(BeginTransactionRecord()), .topic(topic),
    ]
    for record in records {
      try batch.append(timestamp: 5, key: nil, value: record.encoded(at: .initial))
    }
    try batch.finish()
    let file = try disk.open("\(path)/00000000000000000000.log", .create)
    try file.write(batch.bytes, at: 0)
    let log = try MetadataLog.open(in: directory.path, on: disk, time: ManualTime())
    #expect(log.image.topicCount == 0 && log.flushedOffset == 4)
    let image = try Self.create("whole", in: log, id: 4)
    #expect(try MetadataDirectory(in: directory.path, on: disk).read().image == image)
  }

  @Test func `after a failed sync nothing more is promised`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let log = try MetadataLog.open(in: "data", on: disk, time: ManualTime())
    let before = try Self.create("a", in: log, id: 1)
    disk.failNext(.sync)
    let error = #expect(throws: CatalogError.self) { try Self.create("b", in: log, id: 2) }
    #expect(error?.code == .storage)
    #expect(log.image == before)
    let next = #expect(throws: CatalogError.self) { try Self.create("c", in: log, id: 3) }
    #expect(next?.code == .storage)
  }

  @Test func `what was altered for brokers is in the server's defaults`() throws {
    var image = MetadataImage()
    for (name, value) in [("", "2000000"), ("1", "3000000"), ("2", "4000000")] {
      let resource = ConfigResource(type: ConfigResourceType.broker.rawValue, name: name)
      try image.apply(
        .config(ConfigRecord(resource, name: "log.segment.bytes", value: value)))
    }
    let file = ["log.segment.bytes": "5000000"]
    for (broker, bytes) in [(1, 3_000_000), (2, 4_000_000), (3, 2_000_000)] {
      let server = try image.serverDefaults(broker: Int32(broker), file: file)
      #expect(try TopicConfiguration(server: server).logConfiguration.segmentBytes == bytes)
    }
  }
}
