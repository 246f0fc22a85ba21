package import VarveBase
package import VarveProtocol

extension TopicCatalog {
  /// What makes an empty log a cluster's: the levels of its features.
  package static func bootstrapRecords(
    features: [(name: String, level: Int16)] = [
      (MetadataVersion.featureName, MetadataVersion.initial.rawValue), ("group.version", 1),
      ("transaction.version", 2),
    ]
  ) -> [MetadataRecord] {
    features.map { name, level in
      var record = FeatureLevelRecord()
      record.name = name
      record.level = level
      return .featureLevel(record)
    }
  }

  /// The node takes its place: it is registered and leads all partitions. No records where that is
  /// so already, as after any stop of ours; Kafka gives up its leadership when it stops.
  ///
  /// - Parameters:
  ///   - incarnation: A new random id.
  ///   - offset: Where the first of the records will be.
  /// - Throws: `.invalidRequest` where partitions have replicas on other brokers: the directory is
  ///   one of several and does not say everything.
  package func takeCharge(
    incarnation: TopicID, at offset: Offset
  ) throws(CatalogError) -> [MetadataRecord] {
    var records: [MetadataRecord] = []
    if image.brokers[node.brokerID].map(\.isFenced) ?? true {
      records.append(.registerBroker(registration(incarnation, offset)))
    }
    for topic in image.topics {
      for partition in topic.partitions.sorted(by: { $0.key < $1.key }).map(\.value) {
        guard partition.replicas == [node.brokerID] else {
          throw CatalogError(
            .invalidRequest,
            "\(topic.name)-\(partition.partitionID) has the replicas \(partition.replicas), this "
              + "is broker \(node.brokerID): the directory is part of a larger cluster; mirror its "
              + "topics instead")
        }
        guard partition.leader != node.brokerID else { continue }
        var change = PartitionChangeRecord()
        change.partitionID = partition.partitionID
        change.topicID = topic.id
        change.leader = node.brokerID
        if partition.inSyncReplicas != [node.brokerID] {
          change.inSyncReplicas = [node.brokerID]
        }
        records.append(.partitionChange(change))
      }
    }
    return records
  }

  private func registration(_ incarnation: TopicID, _ offset: Offset) -> RegisterBrokerRecord {
    var record = image.brokers[node.brokerID] ?? RegisterBrokerRecord()
    record.brokerID = node.brokerID
    record.incarnationID = incarnation
    record.brokerEpoch = offset.rawValue
    record.isFenced = false
    record.isInControlledShutdown = false
    record.logDirectories = [node.directoryID]
    return record
  }

  /// Takes the next block of producer ids: the records, and the ids that are the taker's.
  package func takeProducerIDs(
    count: Int64 = 1000
  ) -> (records: [MetadataRecord], ids: Range<Int64>) {
    let first = image.nextProducerID
    var record = ProducerIdsRecord()
    record.brokerID = node.brokerID
    record.brokerEpoch = image.brokers[node.brokerID]?.brokerEpoch ?? -1
    record.nextProducerID = first + count
    return ([.producerIds(record)], first..<first + count)
  }
}
