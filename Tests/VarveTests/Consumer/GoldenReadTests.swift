import Testing
import Varve
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: what is read of Kafka's directory through the public API is what a client of Kafka read.
/// Method: every partition, both isolation levels, opened for writing and for reading.
@Suite struct GoldenReadTests {
  enum Opening: CaseIterable { case forWriting, forReading }

  @Test(
    "G04, G12: a client of Kafka read what is read here",
    .enabled(if: CompressionCodec.allCases.allSatisfy(\.isAvailable)),
    arguments: [Isolation.readUncommitted, .readCommitted], Opening.allCases)
  func records(isolation: Isolation, opening: Opening) async throws {
    let directory = try GoldenData.temporaryCopy()
    let varve = try await Self.open(directory.path + "/data", opening)
    let readings = try GoldenData.readings(committedOnly: isolation == .readCommitted)
    let all = try GoldenData.records()
    #expect(readings.count == 7 && all.values.allSatisfy { !$0.isEmpty })
    for (partition, reading) in readings {
      let id = try #require(TopicPartition(directoryName: partition))
      // Where there is no transaction, all is committed, and was written down once.
      let isOnce = reading.records.isEmpty && partition.hasPrefix("segments")
      let expected = isOnce ? all[partition] ?? [] : reading.records
      let found = try await Self.records(of: id, in: varve, isolation, before: reading.high)
      #expect(found.count == expected.count, "\(id)")
      for (record, expected) in zip(found, expected) where record != expected {
        Issue.record("\(id): \(record) instead of \(expected)")
        break
      }
      let start = try await varve.earliestOffset(of: id.topic.description, partition: id.partition)
      #expect(start.rawValue == reading.low, "\(id)")
      // Some had records after the client had read them, and a transaction ended.
      let end = try await varve.latestOffset(
        of: id.topic.description, partition: id.partition, isolation: isolation)
      #expect(end.rawValue >= reading.high, "\(id)")
    }
    try await varve.close()
  }

  /// Without upkeep, for which the records are old enough to be removed.
  private static func open(_ path: String, _ opening: Opening) async throws -> Varve {
    if opening == .forReading { return try await Varve.openReadOnly(path) }
    var options = Broker.Options()
    options.runsMaintenance = false
    return Varve(LocalCluster(try Broker.open(path, options: options), time: SystemTime()))
  }

  /// The records of a partition before an offset.
  static func records(
    of id: TopicPartition, in varve: Varve, _ isolation: Isolation, before end: Int64
  ) async throws -> [GoldenRecord] {
    var reader = try await varve.reader(
      id.topic.description, partition: id.partition, isolation: isolation)
    var found: [GoldenRecord] = []
    while let batch = try reader.next() {
      for record in batch where record.offset.rawValue < end {
        found.append(
          GoldenRecord(
            offset: record.offset.rawValue, timestamp: record.timestamp.rawValue,
            timestampType: id.topic.description == "appendtime" ? 2 : 1,
            key: record.key.map(Array.init), value: record.value.map(Array.init),
            headers: record.headers.map {
              GoldenRecord.Header(key: $0.name.description, value: $0.value.map(Array.init))
            }))
      }
    }
    return found
  }
}
