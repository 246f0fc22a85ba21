import Testing
import Varve
import VarveTestKit

@Suite(.everyDoor) struct TopicTests {
  @Test func `a topic is created, listed, described, altered, grown and deleted`() async throws {
    let log = try VarveUnderTest()
    let varve = log.varve
    let created = try await varve.createTopic(
      "orders", partitions: 3, config: [.retention(.days(7)), .segmentBytes(1 << 20)])
    #expect(created.name.description == "orders" && created.partitionCount == 3)
    #expect(
      created.config
        == [TopicConfig("retention.ms", "604800000"), TopicConfig("segment.bytes", "1048576")])
    #expect(created.partitions.map(\.description) == ["orders-0", "orders-1", "orders-2"])
    try await varve.createTopic("audit")
    #expect(try await varve.topics().map(\.name.description) == ["audit", "orders"])

    try await varve.alterTopic(
      "orders", set: [.durability(.group), .cleanupPolicy(.compactAndDelete)],
      reset: ["segment.bytes"])
    try await varve.growTopic("orders", to: 5)
    let details = try await varve.describeTopic("orders")
    #expect(details.topic.id == created.id && details.partitions.count == 5)
    #expect(details.value(of: "varve.durability") == "group")
    #expect(details.value(of: "cleanup.policy") == "compact,delete")
    #expect(details.value(of: "segment.bytes") == "1073741824")
    #expect(details.value(of: "no.such.config") == nil)
    let retention = try #require(details.config.first { $0.name == "retention.ms" })
    #expect(retention.isOverridden && !retention.isDefault && !retention.documentation.isEmpty)
    #expect(details.config.first { $0.name == "segment.bytes" }?.isDefault == true)

    try await varve.deleteTopic("orders")
    #expect(try await varve.topics().map(\.name.description) == ["audit"])
    try await varve.close()
  }

  typealias Attempt = @Sendable () async throws(VarveError) -> Void

  /// What can't be done in a log with a topic "orders" of two partitions, and why not.
  static func refusals(_ varve: Varve) -> [(VarveError.Code, Attempt)] {
    [
      (
        .topicAlreadyExists,
        { () async throws(VarveError) in try await varve.createTopic("orders") }
      ),
      (.invalidTopic, { () async throws(VarveError) in try await varve.createTopic("a/b") }),
      (.invalidTopic, { () async throws(VarveError) in try await varve.deleteTopic("") }),
      (
        .invalidPartitions,
        { () async throws(VarveError) in try await varve.createTopic("t", partitions: 0) }
      ),
      (
        .invalidPartitions,
        { () async throws(VarveError) in try await varve.growTopic("orders", to: 2) }
      ),
      (
        .invalidConfig,
        { () async throws(VarveError) in
          try await varve.createTopic("t", config: [TopicConfig("retention.mss", "1")])
        }
      ),
      (
        .invalidConfig,
        { () async throws(VarveError) in
          try await varve.createTopic(
            "t", config: [.segmentBytes(1 << 20), .segmentBytes(1 << 21)])
        }
      ),
      (
        .invalidConfig,
        { () async throws(VarveError) in
          try await varve.alterTopic("orders", set: [TopicConfig("segment.bytes", "many")])
        }
      ),
    ]
  }

  /// What can't be done with topics and partitions that there are not.
  static func strangers(_ varve: Varve) -> [(VarveError.Code, Attempt)] {
    [
      (
        .unknownTopicOrPartition,
        { () async throws(VarveError) in try await varve.deleteTopic("none") }
      ),
      (
        .unknownTopicOrPartition,
        { () async throws(VarveError) in _ = try await varve.describeTopic("none") }
      ),
      (
        .unknownTopicOrPartition,
        { () async throws(VarveError) in
          _ = try await varve.earliestOffset(of: "orders", partition: 2)
        }
      ),
    ]
  }

  @Test func `what can't be is refused with its reason`() async throws {
    let log = try VarveUnderTest()
    let varve = log.varve
    try await varve.createTopic("orders", partitions: 2)
    let refusals = Self.refusals(varve) + Self.strangers(varve)
    for (index, (code, attempt)) in refusals.enumerated() {
      let error = await failure(attempt)
      #expect(error?.code == code, "\(index): \(error?.description ?? "nothing was thrown")")
      #expect(error?.isRetriable == false)
    }
    #expect(try await varve.topics().map(\.partitionCount) == [2])
    try await varve.close()
  }

  @Test func `offsets are found at both ends and by time, and records trimmed`() async throws {
    let log = try VarveUnderTest()
    let varve = log.varve
    try await varve.createTopic("orders")
    let producer = try varve.producer()
    for (index, time) in [100, 300, 200, 400].enumerated() {
      try await producer.send("orders", value: "\(index)", timestamp: Timestamp(Int64(time)))
    }
    #expect(try await varve.earliestOffset(of: "orders", partition: 0) == 0)
    #expect(try await varve.latestOffset(of: "orders", partition: 0) == 4)
    #expect(
      try await varve.latestOffset(of: "orders", partition: 0, isolation: .readCommitted) == 4)
    for (time, offset) in [(0, 0), (100, 0), (101, 1), (300, 1), (301, 3), (400, 3)] {
      #expect(
        try await varve.offset(of: "orders", partition: 0, at: Timestamp(Int64(time)))
          == Offset(Int64(offset)), "\(time)")
    }
    #expect(try await varve.offset(of: "orders", partition: 0, at: 401) == nil)

    #expect(try await varve.deleteRecords(of: "orders", partition: 0, before: 3) == 3)
    #expect(try await varve.earliestOffset(of: "orders", partition: 0) == 3)
    #expect(try await varve.records("orders").map(\.text) == ["3"])
    let error = await failure { () async throws(VarveError) in
      try await varve.deleteRecords(of: "orders", partition: 0, before: 5)
    }
    #expect(error?.code == .offsetOutOfRange)
    try await varve.close()
  }
}
