internal import VarveBroker

/// The operations that there are on each kind of resource, as Kafka tells them.
enum AllowedOperations {
  static func of(_ type: AccessResource) -> [AccessOperation] {
    switch type {
    case .topic:
      [.read, .write, .create, .delete, .alter, .describe, .describeConfigs, .alterConfigs]
    case .group: [.read, .delete, .describe, .describeConfigs, .alterConfigs]
    case .cluster:
      [
        .create, .alter, .describe, .clusterAction, .describeConfigs, .alterConfigs,
        .idempotentWrite,
      ]
    case .transactionalID, .delegationToken, .user: []
    }
  }
}
