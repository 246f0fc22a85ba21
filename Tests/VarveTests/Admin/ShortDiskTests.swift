import Testing
import Varve
import VarveBase
import VarveTestKit
import VarveTestSupport

/// Goal: `Varve.open` on a disk that allows too little says so in one typed error, changes nothing,
/// and works once it is allowed. Method: a disk in memory that refuses, and a real one that is
/// mounted read-only.
@Suite struct ShortDiskTests {
  private static func filled(_ disk: SimulatedFileSystem) async throws -> [String?] {
    let varve = try open(disk)
    try await varve.createTopic("orders", partitions: 2)
    let producer = try varve.producer()
    for number in 0..<10 { try await producer.send("orders", partition: 1, value: "\(number)") }
    try await varve.close()
    return (0..<10).map { "\($0)" }
  }

  private static func open(_ disk: any FileSystem) throws(VarveError) -> Varve {
    try Varve(directory: "data", options: VarveUnderTest.keepingAll, on: disk)
  }

  @Test("G14: however few files may be open, opening is one error that says so, or succeeds")
  func tooManyOpenFiles() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let values = try await Self.filled(disk)
    var refusals = 0
    for most in 1...40 {
      disk.setMaxOpenFiles(most)
      do throws(VarveError) {
        let varve = try Self.open(disk)
        try await varve.close()
      } catch {
        refusals += 1
        #expect(error.code == .unavailable, "\(most): \(error)")
        #expect(error.message.contains("ulimit -n"), "\(most): \(error)")
      }
    }
    #expect(refusals > 3 && refusals < 40)
    disk.setMaxOpenFiles(.max)
    let varve = try Self.open(disk)
    #expect(try await varve.records("orders", 1).map(\.text) == values)
    try await varve.close()
  }

  @Test("G14: a topic that too few files may be open for is not made, and can be made later")
  func topicWithoutFiles() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let varve = try Self.open(disk)
    // The log has some open already.
    disk.setMaxOpenFiles(1)
    let error = await failure { () async throws(VarveError) in
      try await varve.createTopic("orders", partitions: 3)
    }
    #expect(error?.code == .unavailable && error?.message.contains("ulimit -n") == true)
    #expect(try await varve.topics().isEmpty)
    disk.setMaxOpenFiles(.max)
    try await varve.createTopic("orders", partitions: 3)
    try await varve.producer().send("orders", value: "x")
    try await varve.close()
  }

  @Test("G14: a full disk that ends a change of the metadata says so, and it can be made later")
  func fullForMetadata() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let varve = try Self.open(disk)
    try await varve.createTopic("orders")
    disk.fail { $0.kind == .allocate && $0.path.contains("__cluster_metadata") ? .noSpace : nil }
    var changes: Int64 = 0
    var error: VarveError?
    while error == nil, changes < 10_000 {
      let config = TopicConfig("retention.ms", "\(changes + 1)")
      error = await failure { () async throws(VarveError) in
        try await varve.alterTopic("orders", set: [config])
      }
      if error == nil { changes += 1 }
    }
    #expect(error?.code == .diskFull && error?.isRetriable == true)
    #expect(try await Self.retention(of: varve) == "\(changes)")
    disk.fail(where: nil)
    try await varve.alterTopic("orders", set: [TopicConfig("retention.ms", "77")])
    #expect(try await Self.retention(of: varve) == "77")
    try await varve.close()
  }

  @Test("a topic that can't be made is refused with the reason, also where its remains stay")
  func remains() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let varve = try Self.open(disk)
    disk.fail { operation in
      if operation.kind == .create, operation.path.contains("orders-2") { return .noSpace }
      return operation.kind == .rename && operation.path.contains("orders-0") ? .io : nil
    }
    let error = await failure { () async throws(VarveError) in
      try await varve.createTopic("orders", partitions: 3)
    }
    #expect(error?.code == .diskFull)
    let remains = try disk.contents(ofDirectory: "data")
    #expect(remains.contains("orders-0") && !remains.contains("orders-1"))
    disk.fail(where: nil)
    try await varve.createTopic("orders", partitions: 3)
    try await varve.producer().send("orders", partition: 0, value: "x")
    #expect(try await varve.records("orders").map(\.text) == ["x"])
    try await varve.close()
  }

  private static func retention(of varve: Varve) async throws -> String? {
    try await varve.describeTopic("orders").topic.config.first { $0.name == "retention.ms" }?.value
  }

  @Test("G14: a read-only disk is one error that says how to read it, and nothing is changed")
  func readOnly() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    _ = try await Self.filled(disk)
    let before = try disk.contents(ofDirectory: "data")
    disk.setReadOnly(true)
    let error = await failure { () async throws(VarveError) in _ = try Self.open(disk) }
    #expect(error?.code == .readOnly && error?.message.contains("read-only") == true)
    #expect(try disk.contents(ofDirectory: "data") == before)
  }

  @Test(
    "G14: a directory that is mounted read-only is refused, and can be opened for reading",
    .enabled(if: MountedDisk.canMount, "only root may mount a disk, and root may write anywhere"))
  func mounted() async throws {
    let directory = try TemporaryDirectory()
    let varve = try await Varve.open(directory.path + "/data")
    try await varve.createTopic("orders")
    try await varve.producer().send("orders", value: "kept")
    try await varve.close()
    let disk = try MountedDisk(readOnly: directory.path)
    let error = await failure { () async throws(VarveError) in
      _ = try await Varve.open(disk.path + "/data")
    }
    #expect(error?.code == .readOnly)
    let reading = try await Varve.openReadOnly(disk.path + "/data")
    #expect(try await reading.records("orders").map(\.text) == ["kept"])
    try await reading.close()
    let again = try await Varve.open(directory.path + "/data")
    #expect(try await again.records("orders").map(\.text) == ["kept"])
    try await again.close()
  }
}
