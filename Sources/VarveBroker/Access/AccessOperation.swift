/// What a rule of access is about, by Kafka's numbers.
package enum AccessResource: Int8, Sendable, CaseIterable {
  case topic = 2
  case group = 3
  case cluster = 4
  case transactionalID = 5
  case delegationToken = 6
  case user = 7

  /// The one name of the cluster as a resource.
  package static let clusterName = "kafka-cluster"
}

/// What may be done with a resource, by Kafka's numbers.
package enum AccessOperation: Int8, Sendable, CaseIterable {
  /// In a rule: every operation.
  case all = 2
  case read = 3
  case write = 4
  case create = 5
  case delete = 6
  case alter = 7
  case describe = 8
  case clusterAction = 9
  case describeConfigs = 10
  case alterConfigs = 11
  case idempotentWrite = 12
  case createTokens = 13
  case describeTokens = 14
  case twoPhaseCommit = 15

  /// The operations that a rule may name to allow this one: who may change something may look at it
  /// too. A rule that denies has to name the operation itself.
  var allowedBy: [AccessOperation] {
    switch self {
    case .describe: [.describe, .read, .write, .delete, .alter, .all]
    case .describeConfigs: [.describeConfigs, .alterConfigs, .all]
    default: [self, .all]
    }
  }
}
