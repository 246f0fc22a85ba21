import Testing
import VarveBase
import VarveProtocol

/// Goal: the metadata records are Kafka's. Method: those that Kafka 4.0 wrote.
struct MetadataRecordTests {
  static let files = [
    "bootstrap.checkpoint", "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint",
    "__cluster_metadata-0/00000000000000000000.log",
  ]

  @Test("G04: Kafka's metadata records are read and written again, byte for byte", arguments: files)
  func everyRecord(_ file: String) throws {
    let records = try GoldenFiles.records(file)
    #expect(!records.isEmpty)
    for record in records {
      if record.isControl {
        try checkControlRecord(record)
      } else {
        let decoded = try MetadataRecord.decode(record.value.span.bytes)
        let again = decoded.record.encoded(version: decoded.version)
        #expect(Array(again) == record.value, "offset \(record.offset)")
      }
    }
  }

  private func checkControlRecord(_ record: GoldenFiles.Record) throws {
    let key = try #require(record.key)
    let type = try #require(ControlRecordType(rawValue: Int16(key[2]) << 8 | Int16(key[3])))
    // The version that leads the message is the version it is written in.
    let version = Int16(record.value[0]) << 8 | Int16(record.value[1])
    let value = ByteSlice(record.value)
    let again: ByteSlice? =
      switch type {
      case .leaderChange: try recoded(value, LeaderChangeMessage.self, version)
      case .snapshotHeader: try recoded(value, SnapshotHeaderRecord.self, version)
      case .snapshotFooter: try recoded(value, SnapshotFooterRecord.self, version)
      case .kraftVersion: try recoded(value, KRaftVersionRecord.self, version)
      case .voters: try recoded(value, VotersRecord.self, version)
      case .abort, .commit: nil
      }
    #expect(again == value, "offset \(record.offset), \(type)")
  }

  private func recoded<Message: WireMessage>(
    _ value: ByteSlice, _ type: Message.Type, _ version: Int16
  ) throws -> ByteSlice {
    try Message(decoding: value, version: version).encoded(version: version)
  }

  @Test func `records at the level of Kafka 4.0 have the versions that Kafka 4.0 writes`() throws {
    for record in try GoldenFiles.records(Self.files[2]) where !record.isControl {
      let (decoded, version) = try MetadataRecord.decode(record.value.span.bytes)
      // Kafka picks the lowest version that can say a registration's change; we need not.
      if case .brokerRegistrationChange = decoded { continue }
      #expect(decoded.version(at: .initial) == version, "offset \(record.offset)")
    }
  }

  @Test func `what Kafka recorded reads as what was done`() throws {
    let records = try GoldenFiles.records(Self.files[2]).filter { !$0.isControl }
      .map { try MetadataRecord.decode($0.value.span.bytes).record }
    let topics = records.compactMap { if case .topic(let topic) = $0 { topic.name } else { nil } }
    #expect(topics.contains("codecs") && topics.contains("__consumer_offsets"))
    let quota = records.lazy.compactMap {
      if case .clientQuota(let quota) = $0 { quota } else { nil }
    }
    #expect(quota.first?.key == "producer_byte_rate" && quota.first?.value == 1_048_576)
    #expect(quota.first?.entity.first?.name == "alice")
    let scram = records.lazy.compactMap {
      if case .userScramCredential(let credential) = $0 { credential } else { nil }
    }
    #expect(scram.first?.name == "alice" && scram.first?.iterations == 8192)
  }

  @Test func `a frame of another version, an unknown type and an empty value are refused`() {
    for bytes: [UInt8] in [
      [], [2, 2, 0], [1, 99, 0], [1, 2], [1, 2, 0x80, 0x80, 0x80, 0x80, 0x7F],
    ] {
      #expect(throws: WireError.self, "\(bytes)") {
        try MetadataRecord.decode(bytes.span.bytes)
      }
    }
  }

  @Test func `levels have Kafka's names`() {
    #expect(MetadataVersion.initial.description == "4.0-IV3")
    #expect(MetadataVersion.oldest.description == "3.3-IV3")
    #expect(MetadataVersion.newest.description == "4.3-IV0")
    #expect(!MetadataVersion(rawValue: 31).isKnown)
    #expect(MetadataVersion(rawValue: 31).description == "level 31")
  }
}
