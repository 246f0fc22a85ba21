import Foundation
import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Oracle: what Kafka's own tool printed of the `__consumer_offsets` that Kafka 4.0 wrote.
struct GoldenGroupsTests {
  private static func open(_ directory: TemporaryDirectory) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open(directory.path + "/data", options: options)
  }

  @Test("G32: the groups and offsets that Kafka stored are those of Kafka's dump")
  func loadedState() async throws {
    let dump = try DumpedGroups()
    let directory = try GoldenData.temporaryCopy()
    let broker = try Self.open(directory)
    let listed = await broker.groups.listGroups(ListGroupsRequest()).groups
    let ids = Set(dump.classic.keys).union(dump.consumer.keys).union(dump.offsets.keys)
    #expect(ids.count > 4)
    #expect(listed.map(\.groupID) == ids.sorted())
    for group in listed {
      let fetched = await fetchAll(group.groupID, in: broker)
      #expect(fetched == dump.offsets[group.groupID] ?? [:], "\(group.groupID)")
      let isConsumer = dump.consumer[group.groupID] != nil
      #expect(group.groupType == (isConsumer ? "consumer" : "classic"), "\(group.groupID)")
      if isConsumer {
        var request = ConsumerGroupDescribeRequest()
        request.groupIDs = [group.groupID]
        let described = await broker.groups.consumerGroupDescribe(request).groups[0]
        #expect(Int(described.groupEpoch) == dump.consumer[group.groupID])
        #expect(
          Set(described.members.map(\.memberID)) == dump.consumerMembers[group.groupID] ?? [])
      } else {
        var request = DescribeGroupsRequest()
        request.groups = [group.groupID]
        let described = await broker.groups.describeGroups(request, version: 6).groups[0]
        let stored = dump.classic[group.groupID]
        #expect(described.protocolType == stored?["protocolType"] as? String ?? "")
        let members = (stored?["members"] as? [[String: Any]] ?? []).map {
          $0["memberId"] as? String
        }
        #expect(described.members.map(\.memberID) == members)
        #expect(described.groupState == (members.isEmpty ? "Empty" : "Stable"))
      }
    }
    try broker.close()
  }

  @Test func `every record that Kafka stored of groups is written again byte for byte`() throws {
    let directory = try GoldenData.temporaryCopy()
    let broker = try Self.open(directory)
    var count = 0
    for partition in try broker.partitions(of: .consumerOffsets) {
      var cursor = try LogCursor(partition.log, from: 0)
      while let bytes = try cursor.next(maxBytes: 1) {
        guard try !RecordBatch.checkedHeader(bytes.bytes).attributes.isControl else { continue }
        var records = try RecordIterator(bytes.bytes)
        while let record = try records.next() {
          guard let keyBytes = record.key else {
            Issue.record("\(partition.id) \(record.offset) has no key")
            continue
          }
          let key = ByteSlice(keyBytes)
          var value: ByteSlice?
          if let valueBytes = record.value { value = ByteSlice(valueBytes) }
          let decoded = try #require(try GroupRecord(key: key.bytes, value: value?.bytes))
          let again = decoded.encoded
          count += 1
          if case .consumerGroupMemberMetadata(_, .some) = decoded {
            // Kafka 4.0 wrote the tag of a member that has no classic metadata: a number, a length
            // and a null. By the schema since then a null is left out.
            #expect(again.value?.count == (value?.count ?? 0) - 3)
            #expect(try GroupRecord(key: key.bytes, value: again.value?.bytes) == decoded)
            continue
          }
          #expect(again.key == key && again.value == value, "\(partition.id) \(record.offset)")
        }
      }
    }
    #expect(count == (try DumpedGroups().recordCount))
    try broker.close()
  }

  private func fetchAll(_ group: String, in broker: Broker) async -> [String: String] {
    var request = OffsetFetchRequest()
    var wanted = OffsetFetchRequest.Group()
    wanted.groupID = group
    request.groups = [wanted]
    var found: [String: String] = [:]
    for topic in await broker.groups.offsetFetch(request).groups.flatMap(\.topics) {
      for partition in topic.partitions {
        let (offset, epoch) = (partition.committedOffset, partition.committedLeaderEpoch)
        found["\(topic.name)-\(partition.partitionIndex)"] =
          "\(offset) \(epoch) \(partition.metadata ?? "")"
      }
    }
    return found
  }
}

/// The state that the dumps' lines come to, read without any of our code.
private struct DumpedGroups {
  var classic: [String: [String: Any]] = [:]
  /// Epochs.
  var consumer: [String: Int] = [:]
  var consumerMembers: [String: Set<String>] = [:]
  /// By group, and topic and partition: offset, leader epoch and metadata.
  var offsets: [String: [String: String]] = [:]
  var recordCount = 0
  private var pending: [String: [(String, String, String)]] = [:]

  init() throws {
    for partition in 0..<4 {
      var producer: String?
      for line in try GoldenData.lines("dump/__consumer_offsets-\(partition).txt") {
        if line.hasPrefix("baseOffset: ") {
          let isTransactional = line.contains("isTransactional: true")
          producer = isTransactional ? Self.word(after: "producerId: ", in: line) : nil
        } else if let producer, line.contains("endTxnMarker: ") {
          let commits = line.contains("endTxnMarker: COMMIT")
          for (group, place, value) in pending.removeValue(forKey: producer) ?? [] where commits {
            offsets[group, default: [:]][place] = value
          }
        } else if line.hasPrefix("| offset: ") {
          recordCount += 1
          try take(line, producer)
        }
      }
    }
    offsets = offsets.filter { !$0.value.isEmpty }
  }

  private mutating func take(_ line: String, _ producer: String?) throws {
    let parts = line.components(separatedBy: " key: ")[1].components(separatedBy: " payload: ")
    let key = try Self.json(parts[0])
    let name = try #require(key["data"] as? [String: Any])
    let value = parts[1] == "<DELETE>" ? nil : try Self.json(parts[1])["data"] as? [String: Any]
    let group = try #require((name["group"] ?? name["groupId"]) as? String)
    let member = name["memberId"] as? String ?? ""
    switch try #require(key["type"] as? String) {
    case "1":
      let place = "\(name["topic"] ?? "")-\(name["partition"] ?? "")"
      let text = value.map {
        "\($0["offset"] ?? "") \($0["leaderEpoch"] ?? "") \($0["metadata"] ?? "")"
      }
      if let producer, let text {
        pending[producer, default: []].append((group, place, text))
      } else {
        offsets[group, default: [:]][place] = text
      }
    case "2": classic[group] = value
    case "3": consumer[group] = value?["epoch"] as? Int
    case "5":
      if value == nil {
        consumerMembers[group]?.remove(member)
      } else {
        consumerMembers[group, default: []].insert(member)
      }
    default: break
    }
  }

  private static func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private static func word(after label: String, in line: String) -> String? {
    line.components(separatedBy: label).dropFirst().first?.components(separatedBy: " ").first
  }
}
