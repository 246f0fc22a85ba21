/// The handlers of all keys that the server answers.
enum Handlers {
  static let table = HandlerTable(
    data + topics + groups + shares + transactions + cluster + security)

  private static let data: [Handler] = [
    .produce, .fetch, .listOffsets, .deleteRecords, .offsetForLeaderEpoch,
  ]

  private static let topics: [Handler] = [
    .metadata, .createTopics, .deleteTopics, .createPartitions, .describeTopicPartitions,
    .describeConfigs, .alterConfigs, .incrementalAlterConfigs, .listConfigResources,
  ]

  private static let groups: [Handler] = [
    .offsetCommit, .offsetFetch, .joinGroup, .heartbeat, .leaveGroup, .syncGroup,
    .describeGroups, .listGroups, .deleteGroups, .offsetDelete, .consumerGroupHeartbeat,
    .consumerGroupDescribe,
  ]

  private static let shares: [Handler] = [
    .shareGroupHeartbeat, .shareGroupDescribe, .shareFetch, .shareAcknowledge,
    .describeShareGroupOffsets, .alterShareGroupOffsets, .deleteShareGroupOffsets,
  ]

  private static let transactions: [Handler] = [
    .initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .endTxn, .txnOffsetCommit,
    .describeProducers, .describeTransactions, .listTransactions, .writeTxnMarkers,
  ]

  private static let cluster: [Handler] = [
    .apiVersions, .findCoordinator, .describeCluster, .describeQuorum, .describeLogDirs,
    .electLeaders, .describeClientQuotas, .alterClientQuotas, .updateFeatures,
    .alterPartitionReassignments, .listPartitionReassignments, .getTelemetrySubscriptions,
    .pushTelemetry,
  ]

  private static let security: [Handler] = [
    .saslHandshake, .saslAuthenticate, .describeUserScramCredentials, .alterUserScramCredentials,
    .describeAcls, .createAcls, .deleteAcls,
  ]
}
