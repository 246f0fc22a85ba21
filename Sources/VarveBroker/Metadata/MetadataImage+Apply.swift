internal import VarveBase
package import VarveProtocol

extension MetadataImage {
  /// Replays one record.
  ///
  /// The records of a transaction are not told apart here: ``MetadataReplay`` holds them back
  /// until they take effect.
  ///
  /// - Throws: ``MetadataError`` for a record that does not fit what went before it, or that sets a
  ///   `metadata.version` whose records are not known here. The image is as it was.
  package mutating func apply(_ record: MetadataRecord) throws(MetadataError) {
    switch record {
    case .topic(let topic): try apply(topic)
    case .removeTopic(let removal): remove(try known(removal.topicID))
    case .partition(let partition): try apply(partition)
    case .partitionChange(let change): try apply(change)
    case .config(let config): apply(config)
    case .featureLevel(let feature): try apply(feature)
    case .registerBroker(let broker): brokers[broker.brokerID] = broker
    case .unregisterBroker(let broker): brokers[broker.brokerID] = nil
    case .fenceBroker(let broker): try changeBroker(broker.brokerID) { $0.isFenced = true }
    case .unfenceBroker(let broker): try changeBroker(broker.brokerID) { $0.isFenced = false }
    case .brokerRegistrationChange(let change):
      try changeBroker(change.brokerID) { $0.apply(change) }
    case .registerController(let controller):
      controllers[controller.controllerID] = controller
    case .producerIds(let block):
      nextProducerID = block.nextProducerID
      producerIDsOwner = block
    case .zkMigrationState(let migration): zooKeeperMigrationState = migration.state
    case .clearElr(let clearing): clearEligibleReplicas(of: clearing.topicName)
    case .userScramCredential, .removeUserScramCredential, .clientQuota, .accessControlEntry,
      .removeAccessControlEntry, .delegationToken, .removeDelegationToken:
      applyAccess(record)
    case .noOp, .beginTransaction, .endTransaction, .abortTransaction: break
    }
  }

  private func known(_ id: TopicID) throws(MetadataError) -> TopicImage {
    if let topic = topicsByID[id] { return topic }
    throw MetadataError(.corrupt, "a record is about topic \(id), which does not exist")
  }

  private mutating func apply(_ record: TopicRecord) throws(MetadataError) {
    let name: TopicName
    do {
      name = try TopicName(record.name)
    } catch {
      throw MetadataError(.corrupt, "a topic is created with an \(error)")
    }
    guard topic(named: name) == nil, topicsByID[record.topicID] == nil else {
      throw MetadataError(.corrupt, "topic \(name), id \(record.topicID), is created twice")
    }
    insert(TopicImage(name: name, id: record.topicID))
  }

  private mutating func apply(_ record: PartitionRecord) throws(MetadataError) {
    guard record.partitionID >= 0 else {
      throw MetadataError(.corrupt, "a partition has the number \(record.partitionID)")
    }
    _ = try known(record.topicID)
    topicsByID[record.topicID]?.partitions[record.partitionID] = record
  }

  private mutating func apply(_ change: PartitionChangeRecord) throws(MetadataError) {
    let topic = try known(change.topicID)
    guard let partition = topic.partitions[change.partitionID] else {
      throw MetadataError(
        .corrupt, "a record is about \(topic.name)-\(change.partitionID), which does not exist")
    }
    guard partition.leaderEpoch < .max, partition.partitionEpoch < .max else {
      throw MetadataError(
        .corrupt, "\(topic.name)-\(change.partitionID) has had the last of its epochs")
    }
    topicsByID[change.topicID]?.partitions[change.partitionID]?.apply(change)
  }

  private mutating func apply(_ record: ConfigRecord) {
    let resource = ConfigResource(type: record.resourceType, name: record.resourceName)
    configs[resource, default: [:]][record.name] = record.value
    if configs[resource]?.isEmpty == true { configs[resource] = nil }
  }

  private mutating func apply(_ record: FeatureLevelRecord) throws(MetadataError) {
    let level = MetadataVersion(rawValue: record.level)
    if record.name == MetadataVersion.featureName, !level.isKnown {
      throw MetadataError(
        .unknownVersion,
        "the metadata is at \(level) of metadata.version; this program knows "
          + "\(MetadataVersion.oldest) (\(MetadataVersion.oldest.rawValue)) to "
          + "\(MetadataVersion.newest) (\(MetadataVersion.newest.rawValue)): use a newer one")
    }
    features[record.name] = record.level == 0 ? nil : record.level
  }

  private mutating func changeBroker(
    _ id: Int32, _ change: (inout RegisterBrokerRecord) -> Void
  ) throws(MetadataError) {
    guard var broker = brokers[id] else {
      throw MetadataError(.corrupt, "a record is about broker \(id), which is not registered")
    }
    change(&broker)
    brokers[id] = broker
  }

  /// Empty for all topics (KIP-966).
  private mutating func clearEligibleReplicas(of topicName: String) {
    for (id, topic) in topicsByID
    where topicName.isEmpty || topic.name.description == topicName {
      for partition in topic.partitions.keys {
        topicsByID[id]?.partitions[partition]?.eligibleLeaderReplicas = nil
        topicsByID[id]?.partitions[partition]?.lastKnownEligibleLeaderReplicas = nil
      }
    }
  }
}

// MARK: - Users

extension MetadataImage {
  private mutating func applyAccess(_ record: MetadataRecord) {
    switch record {
    case .userScramCredential(let credential):
      credentials[CredentialKey(user: credential.name, mechanism: credential.mechanism)] =
        credential
    case .removeUserScramCredential(let removal):
      credentials[CredentialKey(user: removal.name, mechanism: removal.mechanism)] = nil
    case .clientQuota(let quota): apply(quota)
    case .accessControlEntry(let rule): accessRules[rule.id] = rule
    case .removeAccessControlEntry(let removal): accessRules[removal.id] = nil
    case .delegationToken(let token): delegationTokens[token.tokenID] = token
    case .removeDelegationToken(let removal): delegationTokens[removal.tokenID] = nil
    default: break
    }
  }

  private mutating func apply(_ record: ClientQuotaRecord) {
    let entity = QuotaEntity(record.entity)
    quotas[entity, default: [:]][record.key] = record.isRemoved ? nil : record.value
    if quotas[entity]?.isEmpty == true { quotas[entity] = nil }
  }
}

extension PartitionRecord {
  /// A change of the leader, even to the one it is, begins a new leader epoch.
  fileprivate mutating func apply(_ change: PartitionChangeRecord) {
    if change.leader != PartitionChangeRecord.sameLeader {
      leader = change.leader
      leaderEpoch += 1
    }
    partitionEpoch += 1
    inSyncReplicas = change.inSyncReplicas ?? inSyncReplicas
    replicas = change.replicas ?? replicas
    removingReplicas = change.removingReplicas ?? removingReplicas
    addingReplicas = change.addingReplicas ?? addingReplicas
    directories = change.directories ?? directories
    eligibleLeaderReplicas = change.eligibleLeaderReplicas ?? eligibleLeaderReplicas
    lastKnownEligibleLeaderReplicas =
      change.lastKnownEligibleLeaderReplicas ?? lastKnownEligibleLeaderReplicas
    if change.leaderRecoveryState >= 0 { leaderRecoveryState = change.leaderRecoveryState }
  }
}

extension RegisterBrokerRecord {
  fileprivate mutating func apply(_ change: BrokerRegistrationChangeRecord) {
    if change.fencing != 0 { isFenced = change.fencing > 0 }
    if change.controlledShutdown != 0 { isInControlledShutdown = true }
    if !change.logDirectories.isEmpty { logDirectories = change.logDirectories }
    cordonedLogDirectories = change.cordonedLogDirectories ?? cordonedLogDirectories
  }
}
