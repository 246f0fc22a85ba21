package import VarveBase

/// A record of the metadata log, `__cluster_metadata`, or of its snapshots.
///
/// Its bytes are framed: the version of the frame (1), the key of the record's type and the
/// version of its message, as unsigned varints, and then the message.
package enum MetadataRecord: Equatable, Sendable {
  case registerBroker(RegisterBrokerRecord)
  case unregisterBroker(UnregisterBrokerRecord)
  case topic(TopicRecord)
  case partition(PartitionRecord)
  case config(ConfigRecord)
  case partitionChange(PartitionChangeRecord)
  case fenceBroker(FenceBrokerRecord)
  case unfenceBroker(UnfenceBrokerRecord)
  case removeTopic(RemoveTopicRecord)
  case delegationToken(DelegationTokenRecord)
  case userScramCredential(UserScramCredentialRecord)
  case featureLevel(FeatureLevelRecord)
  case clientQuota(ClientQuotaRecord)
  case producerIds(ProducerIdsRecord)
  case brokerRegistrationChange(BrokerRegistrationChangeRecord)
  case accessControlEntry(AccessControlEntryRecord)
  case removeAccessControlEntry(RemoveAccessControlEntryRecord)
  case noOp(NoOpRecord)
  case zkMigrationState(ZkMigrationStateRecord)
  case removeUserScramCredential(RemoveUserScramCredentialRecord)
  case beginTransaction(BeginTransactionRecord)
  case endTransaction(EndTransactionRecord)
  case abortTransaction(AbortTransactionRecord)
  case removeDelegationToken(RemoveDelegationTokenRecord)
  case registerController(RegisterControllerRecord)
  case clearElr(ClearElrRecord)

  /// The types of all cases, by their keys.
  package static let types: [any (WireMessage & Equatable).Type] = [
    RegisterBrokerRecord.self, UnregisterBrokerRecord.self, TopicRecord.self,
    PartitionRecord.self, ConfigRecord.self, PartitionChangeRecord.self, FenceBrokerRecord.self,
    UnfenceBrokerRecord.self, RemoveTopicRecord.self, DelegationTokenRecord.self,
    UserScramCredentialRecord.self, FeatureLevelRecord.self, ClientQuotaRecord.self,
    ProducerIdsRecord.self, BrokerRegistrationChangeRecord.self, AccessControlEntryRecord.self,
    RemoveAccessControlEntryRecord.self, NoOpRecord.self, ZkMigrationStateRecord.self,
    RemoveUserScramCredentialRecord.self, BeginTransactionRecord.self,
    EndTransactionRecord.self, AbortTransactionRecord.self, RemoveDelegationTokenRecord.self,
    RegisterControllerRecord.self, ClearElrRecord.self,
  ]

  /// The message within.
  package var message: any WireMessage {
    switch self {
    case .registerBroker(let message): message
    case .unregisterBroker(let message): message
    case .topic(let message): message
    case .partition(let message): message
    case .config(let message): message
    case .partitionChange(let message): message
    case .fenceBroker(let message): message
    case .unfenceBroker(let message): message
    case .removeTopic(let message): message
    case .delegationToken(let message): message
    case .userScramCredential(let message): message
    case .featureLevel(let message): message
    case .clientQuota(let message): message
    case .producerIds(let message): message
    case .brokerRegistrationChange(let message): message
    case .accessControlEntry(let message): message
    case .removeAccessControlEntry(let message): message
    case .noOp(let message): message
    case .zkMigrationState(let message): message
    case .removeUserScramCredential(let message): message
    case .beginTransaction(let message): message
    case .endTransaction(let message): message
    case .abortTransaction(let message): message
    case .removeDelegationToken(let message): message
    case .registerController(let message): message
    case .clearElr(let message): message
    }
  }

  /// The version of the record's message that a cluster at a level of `metadata.version` writes.
  package func version(at level: MetadataVersion) -> Int16 {
    switch self {
    case .registerBroker: level.hasCordonedDirectories ? 4 : level.hasDirectories ? 3 : 2
    case .partition, .partitionChange:
      level.hasEligibleLeaderReplicas ? 2 : level.hasDirectories ? 1 : 0
    case .brokerRegistrationChange:
      level.hasCordonedDirectories ? 3 : level.hasDirectories ? 2 : 1
    default: 0
    }
  }
}

// MARK: - The frame

extension MetadataRecord {
  private static let frameVersion: UInt32 = 1

  /// Decodes a record's value and returns the version of its message along with it.
  package static func decode(
    _ bytes: RawSpan
  ) throws(WireError) -> (record: MetadataRecord, version: Int16) {
    var reader = WireReader(bytes)
    let frame = reader.unsignedVarint()
    let key = reader.unsignedVarint()
    let wide = reader.unsignedVarint()
    if frame != frameVersion { reader.poison(.frame) }
    guard let version = Int16(exactly: wide), reader.isValid else {
      throw WireError(
        message: "metadata record", version: 0,
        fault: reader.fault ?? WireFault(kind: .version, position: reader.position))
    }
    let message = bytes.extracting(reader.position..<bytes.byteCount)
    return (try decode(message, key: key, version: version), version)
  }

  /// The record's value, its message in the version that `level` calls for.
  package func encoded(at level: MetadataVersion) -> ByteSlice {
    encoded(version: version(at: level))
  }

  /// The record's value, its message in a version of its own.
  package func encoded(version: Int16) -> ByteSlice {
    Self.encode(message, version: version)
  }

  private static func encode<Message: WireMessage>(
    _ message: Message, version: Int16
  ) -> ByteSlice {
    precondition(Message.api.versions.contains(version))
    var message = message
    var sizer = WireSizer(version: version, isFlexible: true)
    message.measure(with: &sizer)
    let frame = [frameVersion, UInt32(Message.api.key), UInt32(version)]
    let byteCount = frame.reduce(sizer.byteCount) { $0 + WireSizer.byteCount(ofVarint: $1) }
    var writer = WireWriter(byteCount: byteCount, version: version, isFlexible: true)
    for number in frame { writer.unsignedVarint(number) }
    message.write(to: &writer)
    return writer.finish()
  }

  private static func decode(
    _ bytes: RawSpan, key: UInt32, version: Int16
  ) throws(WireError) -> MetadataRecord {
    switch key {
    case 0: .registerBroker(try .init(decoding: bytes, version: version))
    case 1: .unregisterBroker(try .init(decoding: bytes, version: version))
    case 2: .topic(try .init(decoding: bytes, version: version))
    case 3: .partition(try .init(decoding: bytes, version: version))
    case 4: .config(try .init(decoding: bytes, version: version))
    case 5: .partitionChange(try .init(decoding: bytes, version: version))
    case 7: .fenceBroker(try .init(decoding: bytes, version: version))
    case 8: .unfenceBroker(try .init(decoding: bytes, version: version))
    case 9: .removeTopic(try .init(decoding: bytes, version: version))
    case 10: .delegationToken(try .init(decoding: bytes, version: version))
    case 11: .userScramCredential(try .init(decoding: bytes, version: version))
    case 12: .featureLevel(try .init(decoding: bytes, version: version))
    case 14: .clientQuota(try .init(decoding: bytes, version: version))
    case 15: .producerIds(try .init(decoding: bytes, version: version))
    case 17: .brokerRegistrationChange(try .init(decoding: bytes, version: version))
    case 18: .accessControlEntry(try .init(decoding: bytes, version: version))
    case 19: .removeAccessControlEntry(try .init(decoding: bytes, version: version))
    case 20: .noOp(try .init(decoding: bytes, version: version))
    case 21: .zkMigrationState(try .init(decoding: bytes, version: version))
    case 22: .removeUserScramCredential(try .init(decoding: bytes, version: version))
    case 23: .beginTransaction(try .init(decoding: bytes, version: version))
    case 24: .endTransaction(try .init(decoding: bytes, version: version))
    case 25: .abortTransaction(try .init(decoding: bytes, version: version))
    case 26: .removeDelegationToken(try .init(decoding: bytes, version: version))
    case 27: .registerController(try .init(decoding: bytes, version: version))
    case 28: .clearElr(try .init(decoding: bytes, version: version))
    default:
      throw WireError(
        message: "metadata record of type \(key)", version: version,
        fault: WireFault(kind: .key, position: 1))
    }
  }
}
