internal import VarveBase
package import VarveProtocol

extension MetadataImage {
  /// The records that make an empty image this one, in the order that Kafka's snapshots have:
  /// features, brokers, topics with their partitions, configs, quotas, producer ids, users.
  package func records() -> [MetadataRecord] {
    featureRecords + clusterRecords + topicRecords + configRecords + quotaRecords
      + producerIDsRecords + accessRecords
  }

  /// `metadata.version` leads: it says which records may follow.
  private var featureRecords: [MetadataRecord] {
    let first = MetadataVersion.featureName
    let sorted = features.sorted { $0.key < $1.key }
    let ordered = sorted.filter { $0.key == first } + sorted.filter { $0.key != first }
    return ordered.map { name, level in
      var record = FeatureLevelRecord()
      record.name = name
      record.level = level
      return .featureLevel(record)
    }
  }

  private var clusterRecords: [MetadataRecord] {
    var records = sorted(brokers).map { MetadataRecord.registerBroker($0) }
    records += sorted(controllers).map { .registerController($0) }
    if let state = zooKeeperMigrationState {
      var record = ZkMigrationStateRecord()
      record.state = state
      records.append(.zkMigrationState(record))
    }
    return records
  }

  private var topicRecords: [MetadataRecord] {
    topics.flatMap { topic -> [MetadataRecord] in
      var record = TopicRecord()
      record.name = topic.name.description
      record.topicID = topic.id
      return [.topic(record)] + sorted(topic.partitions).map { .partition($0) }
    }
  }

  private var configRecords: [MetadataRecord] {
    configs.sorted { $0.key < $1.key }.flatMap { resource, values in
      values.sorted { $0.key < $1.key }.map { name, value in
        .config(ConfigRecord(resource, name: name, value: value))
      }
    }
  }

  private var quotaRecords: [MetadataRecord] {
    quotas.sorted { $0.key < $1.key }.flatMap { entity, values in
      values.sorted { $0.key < $1.key }.map { key, value in
        var record = ClientQuotaRecord()
        record.entity = entity.parts
        record.key = key
        record.value = value
        return .clientQuota(record)
      }
    }
  }

  private var producerIDsRecords: [MetadataRecord] {
    nextProducerID == 0 ? [] : [.producerIds(producerIDsOwner)]
  }

  private var accessRecords: [MetadataRecord] {
    accessRules.sorted { $0.key.rawValue < $1.key.rawValue }.map { .accessControlEntry($0.value) }
      + sorted(credentials).map { .userScramCredential($0) }
      + sorted(delegationTokens).map { .delegationToken($0) }
  }

  private func sorted<Key: Comparable, Value>(_ values: [Key: Value]) -> [Value] {
    values.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension ConfigRecord {
  package init(_ resource: ConfigResource, name: String, value: String?) {
    self.init()
    resourceType = resource.type
    resourceName = resource.name
    self.name = name
    self.value = value
  }
}

extension QuotaEntity: Comparable {
  /// Any order will do as long as it is one.
  package static func < (left: QuotaEntity, right: QuotaEntity) -> Bool {
    left.parts.lexicographicallyPrecedes(right.parts) {
      ($0.type, $0.name ?? "", $0.name == nil ? 0 : 1)
        < ($1.type, $1.name ?? "", $1.name == nil ? 0 : 1)
    }
  }
}
