import Testing
import Varve
import VarveBase
import VarveTestKit

@Suite struct OpeningTests {
  @Test("G66: two logs in one process know nothing of each other")
  func twoLogs() async throws {
    let first = try VarveUnderTest()
    let second = try VarveUnderTest()
    let producers = try [first.varve.producer(), second.varve.producer()]
    for (varve, name) in [(first.varve, "one"), (second.varve, "two")] {
      try await varve.createTopic("orders")
      #expect(try await varve.topics().count == 1, "\(name)")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, producer) in producers.enumerated() {
        group.addTask {
          for number in 0..<100 {
            try await producer.send("orders", value: "log \(index) record \(number)")
          }
        }
      }
      try await group.waitForAll()
    }
    try await first.varve.close()
    #expect(
      try await second.varve.records("orders").map(\.text)
        == (0..<100).map { "log 1 record \($0)" })
    try await second.varve.close()
  }

  @Test func `what was written is there after closing and opening`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/data"
    do {
      let varve = try await Varve.open(path)
      try await varve.createTopic("orders")
      let producer = try varve.producer()
      try await producer.send("orders", key: "k", value: "v", headers: [Header("h", "1")])
      try await varve.close()
      try await varve.close()
    }
    let varve = try await Varve.open(path)
    let record = try #require(try await varve.records("orders").first)
    #expect(record.keyText == "k" && record.text == "v" && record.headers == [Header("h", "1")])
    try await varve.close()
  }

  @Test func `a directory has one holder, and another is told so`() async throws {
    let directory = try TemporaryDirectory()
    let varve = try await Varve.open(directory.path + "/data")
    let error = await failure { () async throws(VarveError) in
      _ = try await Varve.open(directory.path + "/data")
    }
    #expect(error?.code == .locked && error?.isRetriable == true)
    try await varve.close()
    try await Varve.open(directory.path + "/data").close()
  }

  @Test func `a closed log says that it is closed`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    let producer = try log.varve.producer()
    try await producer.send("orders", value: "v")
    var writer = try log.varve.writer("orders", partition: 0)
    try await log.varve.close()
    let bySend = await failure { () async throws(VarveError) in
      try await producer.send("orders", value: "v")
    }
    #expect(bySend?.code == .closed)
    let byTopic = await failure { () async throws(VarveError) in
      try await log.varve.createTopic("more")
    }
    #expect(byTopic?.code == .closed)
    try writer.append(value: "v")
    let byWriter = #expect(throws: VarveError.self) { try writer.commit() }
    #expect(byWriter?.code == .closed)
  }

  @Test func `server configs are what topics inherit`() async throws {
    var options = Varve.Options()
    options.serverConfig = ["log.retention.ms": "12345", "num.partitions": "1"]
    let log = try VarveUnderTest(options: options)
    try await log.varve.createTopic("orders")
    let details = try await log.varve.describeTopic("orders")
    #expect(details.value(of: "retention.ms") == "12345")
    #expect(details.config.first { $0.name == "retention.ms" }?.isDefault == false)
    #expect(details.config.first { $0.name == "retention.ms" }?.isOverridden == false)
    try await log.varve.close()
  }
}
