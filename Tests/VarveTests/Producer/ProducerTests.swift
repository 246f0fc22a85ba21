import Testing
import Varve
import VarveBase
import VarveLog
import VarveTestKit

@Suite(.everyDoor) struct ProducerTests {
  @Test("S06: what many tasks send at once is all there, each receipt at its record")
  func manyTasks() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", partitions: 3)
    let producer = try log.varve.producer()
    let tasks = 100
    let each = TestShare.count(30, long: 1000)
    let receipts = try await withThrowingTaskGroup(of: [RecordReceipt].self) { group in
      for task in 0..<tasks {
        group.addTask {
          var receipts: [RecordReceipt] = []
          for number in 0..<each {
            receipts.append(
              try await producer.send("orders", key: "task \(task)", value: "\(number)"))
          }
          return receipts
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(receipts.count == tasks * each)
    #expect(Set(receipts).count == tasks * each, "no two have one place")
    var seen: [String: Int] = [:]
    for partition in Int32(0)..<3 {
      for record in try await log.varve.records("orders", partition) {
        let key = try #require(record.keyText)
        #expect(record.text == "\(seen[key, default: 0])", "in the order of their task")
        seen[key, default: 0] += 1
      }
    }
    #expect(seen.count == tasks && seen.values.allSatisfy { $0 == each })
    try await log.varve.close()
  }

  @Test("G17: the longer records linger, the fewer batches there are")
  func linger() async throws {
    let log = try VarveUnderTest()
    func batches(linger: Duration, flushEvery: Int, _ topic: String) async throws -> Int {
      try await log.varve.createTopic(topic)
      var options = Producer.Options()
      options.linger = linger
      let producer = try log.varve.producer(options: options)
      for number in 0..<500 {
        try await producer.enqueue(topic, value: "record \(number)")
        if number % flushEvery == flushEvery - 1 { try await producer.flush() }
      }
      try await producer.close()
      #expect(
        try await log.varve.records(topic).map(\.text) == (0..<500).map { "record \($0)" })
      return try await log.varve.batchHeaders(topic).count
    }
    #expect(try await batches(linger: .zero, flushEvery: 500, "none") == 500)
    #expect(try await batches(linger: .seconds(3600), flushEvery: 50, "some") == 10)
    #expect(try await batches(linger: .seconds(3600), flushEvery: 500, "long") == 1)
    try await log.varve.close()
  }

  @Test("G17: batches are closed at their size")
  func batchBytes() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    var options = Producer.Options()
    options.linger = .seconds(3600)
    options.batchBytes = 4096
    let producer = try log.varve.producer(options: options)
    for length in 0..<300 {
      try await producer.enqueue("orders", value: String(repeating: "x", count: length))
    }
    try await producer.flush()
    let headers = try await log.varve.batchHeaders("orders")
    #expect(headers.allSatisfy { $0.sizeInBytes <= 4096 })
    #expect(headers.dropLast().allSatisfy { $0.sizeInBytes > 4096 - 2 * 350 })
    try await log.varve.close()
  }

  @Test(.timeLimit(.hang))
  func `a batch that nobody fills goes when its time has come`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", partitions: 2)
    var options = Producer.Options()
    options.linger = .milliseconds(3)
    let producer = try log.varve.producer(options: options)
    for round in 0..<3 {
      async let first = producer.send("orders", partition: 0, value: "\(round)")
      async let second = producer.send("orders", partition: 1, value: "\(round)")
      let offsets = try await [first.offset, second.offset]
      #expect(offsets == [Offset(Int64(round)), Offset(Int64(round))])
    }
    try await log.varve.close()
  }

  @Test func `keys, values and headers may be of many types, and null`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    let producer = try log.varve.producer()
    let bytes: [UInt8] = [1, 2, 3]
    try await producer.send("orders", value: "text")
    try await producer.send("orders", key: bytes, value: bytes[1...])
    try await producer.send("orders", key: ByteSlice(bytes), value: "text".dropFirst())
    try await producer.send("orders", key: "", value: nil)
    try await producer.send(
      "orders", value: "", headers: [Header("a", nil), Header("a", "1"), Header("", "")])
    let records = try await log.varve.records("orders")
    #expect(records.map { $0.key.map(Array.init) } == [nil, bytes, bytes, [], nil])
    #expect(
      records.map { $0.value.map(Array.init) } == [
        Array("text".utf8), [2, 3], Array("ext".utf8), nil, [],
      ])
    #expect(records[4].headers == [Header("a", nil), Header("a", "1"), Header("", "")])
    #expect(records[4].headers.map(\.description) == ["a=null", "a=1", "="])
    try await log.varve.close()
  }

  @Test("G17: records have the time they are given, the clock's, or the log's")
  func timestamps() async throws {
    let directory = try TemporaryDirectory()
    let time = ManualTime(now: 1_000_000)
    let varve = try Varve(
      directory: directory.path + "/data", on: LocalFileSystem(), time: time)
    try await varve.createTopic("created")
    try await varve.createTopic("stamped", config: [.timestamps(.log)])
    let producer = try varve.producer()
    let receipts = [
      try await producer.send("created", value: "now"),
      try await producer.send("created", value: "then", timestamp: 5),
      try await producer.send("stamped", value: "then", timestamp: 5),
    ]
    #expect(receipts.map(\.timestamp) == [1_000_000, 5, 1_000_000])
    #expect(try await varve.records("created").map(\.timestamp) == [1_000_000, 5])
    #expect(try await varve.records("stamped").map(\.timestamp) == [1_000_000])
    try await varve.close()
  }

  @Test(arguments: ["gzip", "lz4", "snappy", "zstd"])
  func `compressed batches come back as they went`(name: String) async throws {
    let compression = try #require(Compression(named: name))
    guard compression.codec.isAvailable else { return }
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    try await log.varve.createTopic("chosen", config: [.compression(compression)])
    var options = Producer.Options()
    options.linger = .seconds(3600)
    for (topic, choice) in [("orders", compression), ("chosen", Compression.none)] {
      options.compression = choice
      let producer = try log.varve.producer(options: options)
      for number in 0..<1000 {
        try await producer.enqueue(topic, value: "the same again \(number % 3)")
      }
      try await producer.close()
      let headers = try await log.varve.batchHeaders(topic)
      #expect(headers.allSatisfy { $0.attributes.codec == compression.codec }, "\(topic)")
      #expect(headers.reduce(0) { $0 + $1.sizeInBytes } < 10_000, "\(topic)")
      #expect(
        try await log.varve.records(topic).map(\.text)
          == (0..<1000).map { "the same again \($0 % 3)" })
    }
    try await log.varve.close()
  }

  @Test func `options that can't be are refused`() throws {
    let cluster = HeldCluster()
    func code(_ change: (inout Producer.Options) -> Void) -> VarveError.Code? {
      var options = Producer.Options()
      change(&options)
      do throws(VarveError) {
        _ = try Producer(cluster, options: options)
        return nil
      } catch { return error.code }
    }
    #expect(code { _ in } == nil)
    #expect(code { $0.batchBytes = 10 } == .invalidArgument)
    #expect(code { $0.linger = .seconds(-1) } == .invalidArgument)
    #expect(code { $0.bufferBytes = $0.batchBytes - 1 } == .invalidArgument)
    #expect(code { $0.compression = .gzip(level: 10) } == .unsupportedCompression)
    #expect(code { $0.compression = .gzip(level: 9) } == nil)
    #expect(code { $0.compression = .lz4(level: 18) } == .unsupportedCompression)
    #expect(code { $0.compression = .zstd(level: 23) } == .unsupportedCompression)
  }

  @Test func `lingering records are written when the log is closed`() async throws {
    let directory = try TemporaryDirectory()
    let varve = try await Varve.open(directory.path + "/data")
    try await varve.createTopic("orders")
    var options = Producer.Options()
    options.linger = .seconds(3600)
    let producer = try varve.producer(options: options)
    for number in 0..<10 { try await producer.enqueue("orders", value: "\(number)") }
    #expect(try await varve.latestOffset(of: "orders", partition: 0) == 0)
    try await varve.close()
    let again = try await Varve.open(directory.path + "/data")
    #expect(try await again.records("orders").count == 10)
    try await again.close()
  }
}
