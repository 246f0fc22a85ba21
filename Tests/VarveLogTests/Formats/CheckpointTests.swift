import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

@Suite struct CheckpointTests {
  private let scratch = Scratch()

  private func partition(_ topic: String, _ number: Int32) throws -> TopicPartition {
    TopicPartition(topic: try TopicName(topic), partition: number)
  }

  private func directory() throws -> String {
    let path = try scratch.path("data")
    try scratch.files.createDirectory(path)
    return path
  }

  /// The oracle is the text itself, taken apart without any of our code.
  @Test(
    "Kafka's offset checkpoints are read, and written again line for line",
    arguments: OffsetCheckpoint.Kind.allCases)
  func kafkaOffsets(kind: OffsetCheckpoint.Kind) throws {
    let bytes = try Golden.bytes("data/\(kind.rawValue)")
    let offsets = try OffsetCheckpoint(
      kind, in: Golden.path("data"), on: LocalFileSystem()
    ).read()
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(offsets.count == lines.count - 2)
    #expect(Set(offsets.map { "\($0.topic) \($0.partition) \($1)" }) == Set(lines.dropFirst(2)))
    let again = String(decoding: OffsetCheckpoint.encode(offsets), as: UTF8.self)
    #expect(again.split(separator: "\n").sorted() == lines.map { Substring($0) }.sorted())
    #expect(again.utf8.count == bytes.count)
  }

  @Test func `offsets written are read back, and a missing file has none`() throws {
    let directory = try directory()
    let checkpoint = OffsetCheckpoint(.recoveryPoint, in: directory, on: scratch.files)
    #expect(try checkpoint.read() == [:])
    let offsets: [TopicPartition: Offset] = [
      try partition("b", 1): 7, try partition("a.b_c-d", 10): 0,
      try partition("a.b_c-d", 9): Offset(Int64.max),
    ]
    try checkpoint.write(offsets)
    #expect(try checkpoint.read() == offsets)
    try checkpoint.write([:])
    #expect(try checkpoint.read() == [:])
    #expect(try scratch.files.contents(ofDirectory: directory).count == 1)
  }

  @Test func `a leftover of a write that a crash cut short does no harm`() throws {
    let directory = try directory()
    let checkpoint = OffsetCheckpoint(.logStart, in: directory, on: scratch.files)
    try scratch.write(
      Array(repeating: 0x41, count: 500), to: "data/\(OffsetCheckpoint.Kind.logStart.rawValue).tmp")
    try checkpoint.write([try partition("a", 0): 1])
    #expect(try checkpoint.read() == [try partition("a", 0): 1])
  }

  @Test(
    "a damaged offset checkpoint is refused, with its line",
    arguments: [
      ("", 1), ("x\n0\n", 1), ("1\n0\n", 1), ("0\n", 2), ("0\n-1\n", 2), ("0\nx\n", 2),
      ("0\n2\na 0 1\n", 2), ("0\n1\na 0 1\na 1 2\n", 2), ("0\n1\na 0\n", 3),
      ("0\n1\na 0 1 2\n", 3), ("0\n1\na x 1\n", 3), ("0\n1\na -1 1\n", 3), ("0\n1\na 0 x\n", 3),
      ("0\n1\na 0 -5\n", 3), ("0\n1\na/b 0 1\n", 3), ("0\n2\na 0 1\na 0 2\n", 4),
      ("0\n2\na 0 1\n\n", 4), ("0\n1\na 0 99999999999999999999\n", 3),
    ])
  func damagedOffsets(text: String, line: Int) {
    let error = #expect(throws: LogError.self) {
      try OffsetCheckpoint.decode(ByteSlice(text.utf8), file: "checkpoint")
    }
    #expect(error?.place == .line(line))
    #expect(error?.file == "checkpoint")
    #expect(error?.code == (text.hasPrefix("1") ? .unsupportedVersion : .corrupt))
  }

  @Test func `bytes that are no text are refused`() {
    let bytes = ByteSlice([0x30, 0x0A, 0xFF, 0xFE] as [UInt8])
    #expect(throws: LogError.self) { try OffsetCheckpoint.decode(bytes, file: "c") }
    #expect(throws: LogError.self) { try LeaderEpochCheckpoint.decode(bytes, file: "c") }
    #expect(throws: LogError.self) { try PartitionMetadata(bytes, file: "c") }
    #expect(throws: LogError.self) { try MetaProperties(bytes, file: "c") }
  }

  @Test func `Kafka's leader epochs are read and written again, byte for byte`() throws {
    let files = try Golden.files(LeaderEpochCheckpoint.fileName)
    #expect(files.count > 10)
    for name in files {
      let bytes = try Golden.bytes("data/\(name)")
      let epochs = try LeaderEpochCheckpoint.decode(ByteSlice(bytes), file: name)
      #expect(LeaderEpochCheckpoint.encode(epochs) == bytes, "\(name)")
    }
    let trimmed = try LeaderEpochCheckpoint.read(
      in: Golden.path("data/trimmed-0"), on: LocalFileSystem())
    #expect(trimmed.entries == [.init(epoch: 0, startOffset: 3000)])
  }

  @Test(
    "damaged leader epochs are refused, with their line",
    arguments: [
      ("0\n1\n0\n", 3), ("0\n1\n-1 0\n", 3), ("0\n1\n0 -1\n", 3), ("0\n2\n1 5\n0 9\n", 4),
      ("0\n2\n1 5\n2 5\n", 4), ("0\n1\n0 0 0\n", 3), ("9\n0\n", 1),
    ])
  func damagedEpochs(text: String, line: Int) {
    let error = #expect(throws: LogError.self) {
      try LeaderEpochCheckpoint.decode(ByteSlice(text.utf8), file: "epochs")
    }
    #expect(error?.place == .line(line))
  }

  @Test func `leader epochs written are read back, and a missing file has none`() throws {
    let directory = try directory()
    #expect(
      try LeaderEpochCheckpoint.read(in: directory, on: scratch.files).entries.isEmpty)
    var epochs = LeaderEpochs()
    epochs.assign(3, startOffset: 0)
    epochs.assign(5, startOffset: 70)
    try LeaderEpochCheckpoint.write(epochs, in: directory, on: scratch.files)
    #expect(try LeaderEpochCheckpoint.read(in: directory, on: scratch.files) == epochs)
  }

  @Test func `Kafka's partition metadata is read and written again, byte for byte`() throws {
    let files = try Golden.files(PartitionMetadata.fileName)
    #expect(files.count > 10)
    for name in files {
      let bytes = try Golden.bytes("data/\(name)")
      let metadata = try PartitionMetadata(ByteSlice(bytes), file: name)
      #expect(metadata.encode() == bytes, "\(name)")
    }
    let directory = try directory()
    #expect(try PartitionMetadata.read(in: directory, on: scratch.files) == nil)
    let metadata = PartitionMetadata(topicID: try #require(TopicID("ZP3JYaiHRj-mbf5_lN2z_Q")))
    try metadata.write(in: directory, on: scratch.files)
    #expect(try PartitionMetadata.read(in: directory, on: scratch.files) == metadata)
  }

  @Test(
    "damaged partition metadata is refused, with its line",
    arguments: [
      ("", 1), ("version: x\ntopic_id: ZP3JYaiHRj-mbf5_lN2z_Q", 1),
      ("version: 1\ntopic_id: ZP3JYaiHRj-mbf5_lN2z_Q", 1), ("version: 0\n", 2),
      ("version: 0\ntopic_id: short", 2), ("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA", 2),
      ("version: 0\ntopic_id: ZP3JYaiHRj-mbf5_lN2z_Q\nmore: 1", 2),
    ])
  func damagedMetadata(text: String, line: Int) {
    let error = #expect(throws: LogError.self) {
      try PartitionMetadata(ByteSlice(text.utf8), file: "partition.metadata")
    }
    #expect(error?.place == .line(line))
    #expect(error?.code == (text.contains("version: 1") ? .unsupportedVersion : .corrupt))
  }

  @Test func `Kafka's meta properties are read, and ours are Java properties`() throws {
    let kafka = try #require(
      try MetaProperties.read(in: Golden.path("data"), on: LocalFileSystem()))
    #expect(kafka.clusterID == "4N7cGzcuSw2UCE0nPFx3Qw")
    #expect(kafka.nodeID == 1)
    #expect(kafka.directoryID?.description == "0_bOkYJqQ-u2oXYGsEw18w")
    // The same lines in the same order, but for the date in a comment.
    let lines = String(decoding: try Golden.bytes("data/meta.properties"), as: UTF8.self)
      .split(separator: "\n").filter { !$0.hasPrefix("#M") }
    #expect(String(decoding: kafka.encode(), as: UTF8.self).split(separator: "\n") == lines)
    let directory = try directory()
    #expect(try MetaProperties.read(in: directory, on: scratch.files) == nil)
    for id in ["a\nnode.id=8", " a", "\t", "\ra\u{c}", "\\", "\\ ", "\r\n", ""]
      // A combining mark makes one character of itself and of what is before it.
      + ["\u{c}\u{301}", "\u{301}", " \u{301}", "a\r\u{301}", "=\u{301}", "\\\u{301}"]
    {
      let strange = MetaProperties(clusterID: id, nodeID: 7, directoryID: nil)
      #expect(try MetaProperties(ByteSlice(strange.encode()), file: "m") == strange, "'\(id)'")
    }
    let odd = MetaProperties(clusterID: "a=b:c\\d e#ü", nodeID: 7, directoryID: nil)
    try odd.write(in: directory, on: scratch.files)
    #expect(try MetaProperties.read(in: directory, on: scratch.files) == odd)
  }

  @Test func `properties are read as Java reads them`() throws {
    let text = """
      ! a comment
        # another

      version : 1\r
      cluster.id    4N7c\\u0047zcuSw2UCE0nPFx3Qw
      node\\.id=1
      node.id=3
      unknown
      """
    let properties = try MetaProperties(ByteSlice(text.utf8), file: "meta.properties")
    #expect(properties.clusterID == "4N7cGzcuSw2UCE0nPFx3Qw")
    #expect(properties.nodeID == 3)
    #expect(properties.directoryID == nil)
  }

  @Test(
    "meta properties that can't be kept to are refused",
    arguments: [
      ("", LogError.Code.corrupt), ("version=0\nbroker.id=1\n", .unsupportedVersion),
      ("version=2\ncluster.id=a\nnode.id=1\n", .unsupportedVersion),
      ("version=x\ncluster.id=a\nnode.id=1\n", .corrupt), ("version=1\nnode.id=1\n", .corrupt),
      ("version=1\ncluster.id=a\n", .corrupt), ("version=1\ncluster.id=a\nnode.id=-1\n", .corrupt),
      ("version=1\ncluster.id=a\nnode.id=1\ndirectory.id=x\n", .corrupt),
      ("version=1\\\n\n", .corrupt), ("version=\\uZZZZ\n", .corrupt),
    ])
  func damagedProperties(text: String, code: LogError.Code) {
    let error = #expect(throws: LogError.self) {
      try MetaProperties(ByteSlice(text.utf8), file: "meta.properties")
    }
    #expect(error?.code == code)
    #expect(error?.description.contains("meta.properties") == true)
  }

  @Test func `the mark of a clean shutdown is Kafka's, and goes when asked`() throws {
    #expect(
      try CleanShutdownMarker.exists(in: Golden.path("data"), on: LocalFileSystem()))
    let directory = try directory()
    #expect(try !CleanShutdownMarker.exists(in: directory, on: scratch.files))
    try CleanShutdownMarker.remove(in: directory, on: scratch.files)
    try CleanShutdownMarker.write(brokerEpoch: 9, in: directory, on: scratch.files)
    #expect(
      try scratch.bytes("data/\(CleanShutdownMarker.fileName)")
        == Golden.bytes("data/\(CleanShutdownMarker.fileName)"))
    try CleanShutdownMarker.remove(in: directory, on: scratch.files)
    #expect(try !CleanShutdownMarker.exists(in: directory, on: scratch.files))
  }

  @Test func `G08: a mark that a killed process took away does not come back with a power loss`()
    throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    try disk.createDirectory("/data")
    try disk.syncDirectory("/")
    try CleanShutdownMarker.write(in: "/data", on: disk)
    try disk.remove("/data/\(CleanShutdownMarker.fileName)")
    let next = disk.afterProcessCrash()
    try CleanShutdownMarker.remove(in: "/data", on: next)
    for seed in UInt64(1)...20 {
      let lost = next.afterPowerLoss(seed: seed)
      #expect(try !CleanShutdownMarker.exists(in: "/data", on: lost))
    }
  }
}
