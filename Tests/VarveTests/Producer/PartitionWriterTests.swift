import Testing
import Varve
import VarveBase
import VarveLog
import VarveTestKit

@Suite(.everyDoor) struct PartitionWriterTests {
  private static func append(
    _ value: String, to writer: inout PartitionWriter
  ) throws(VarveError) {
    try writer.append(value: Array(value.utf8).span.bytes)
  }

  @Test func `what is committed is one batch, what is not is not there`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", partitions: 2)
    var writer = try log.varve.writer("orders", partition: 1)
    #expect(try writer.commit() == nil)
    for number in 0..<10 { try Self.append("\(number)", to: &writer) }
    #expect(writer.count == 10 && writer.partition.description == "orders-1")
    #expect(try await log.varve.latestOffset(of: "orders", partition: 1) == 0)
    let receipt = try #require(try writer.commit())
    #expect(receipt.offset == 9 && receipt.partition == writer.partition)
    try writer.append(timestamp: 77, key: "k", value: "v", headers: [Header("h", nil)])
    try writer.append(key: "tombstone", value: nil)
    #expect(try writer.commit()?.offset == 11)
    try Self.append("never committed", to: &writer)
    let records = try await log.varve.records("orders", 1)
    #expect(records.prefix(10).map(\.text) == (0..<10).map { "\($0)" })
    #expect(records.count == 12 && records[10].timestamp == 77)
    #expect(records[10].headers == [Header("h", nil)] && records[11].value == nil)
    #expect(try await log.varve.batchHeaders("orders", 1).map(\.recordCount) == [10, 2])
    try await log.varve.close()
  }

  @Test func `a full batch commits itself`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", config: [.maxMessageBytes(5000)])
    var writer = try log.varve.writer("orders", partition: 0, compression: .gzip)
    for number in 0..<1000 { try Self.append("record \(number)", to: &writer) }
    try writer.commit()
    #expect(
      try await log.varve.records("orders").map(\.text) == (0..<1000).map { "record \($0)" })
    let headers = try await log.varve.batchHeaders("orders")
    #expect(headers.count > 3 && headers.allSatisfy { $0.attributes.codec == .gzip })
    let error = #expect(throws: VarveError.self) {
      try Self.append(String(repeating: "x", count: 5000), to: &writer)
    }
    #expect(error?.code == .recordTooLarge && writer.count == 0)
    try await log.varve.close()
  }

  @Test func `writers and producers share a partition batch by batch`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", config: [.durability(.group)])
    let producer = try log.varve.producer()
    let sending = Task {
      for number in 0..<100 { try await producer.send("orders", value: "p \(number)") }
    }
    var writer = try log.varve.writer("orders", partition: 0)
    for batch in 0..<20 {
      for number in 0..<5 { try Self.append("w \(batch * 5 + number)", to: &writer) }
      try writer.commit()
    }
    try await sending.value
    let texts = try await log.varve.records("orders").compactMap(\.text)
    #expect(texts.filter { $0.hasPrefix("p") } == (0..<100).map { "p \($0)" })
    #expect(texts.filter { $0.hasPrefix("w") } == (0..<100).map { "w \($0)" })
    try await log.varve.close()
  }

  @Test func `a writer to what is not there is refused`() throws {
    let log = try VarveUnderTest()
    for (topic, partition) in [("none", 0), ("a/b", 0)] as [(String, Int32)] {
      #expect(throws: VarveError.self) {
        _ = try log.varve.writer(topic, partition: partition)
      }
    }
    let refused = #expect(throws: VarveError.self) {
      _ = try Varve(HeldCluster()).writer("held", partition: 0)
    }
    #expect(refused?.code == .unavailable && refused?.isRetriable == true)
  }
}
