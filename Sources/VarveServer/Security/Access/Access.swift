internal import VarveBase
internal import VarveBroker
internal import VarveCoordination

/// What the client of a request may do.
struct Access: Sendable {
  /// Nil where everybody may do everything.
  let authorizer: Authorizer?
  let principal: Principal
  /// The client's address, as a number.
  let host: String

  init(_ authorizer: Authorizer?, _ principal: Principal, host: String) {
    self.authorizer = authorizer
    self.principal = principal
    let mapped = "::ffff:"
    let isMapped = host.lowercased().hasPrefix(mapped) && host.contains(".")
    self.host = isMapped ? String(host.dropFirst(mapped.count)) : host
  }

  func allows(_ operation: AccessOperation, _ type: AccessResource, _ name: String) -> Bool {
    authorizer?.allows(operation, on: type, named: name, by: principal, from: host) ?? true
  }

  func allows(_ operation: AccessOperation, topic: String) -> Bool {
    allows(operation, .topic, topic)
  }

  func allows(_ operation: AccessOperation, group: String) -> Bool {
    allows(operation, .group, group)
  }

  func allowsCluster(_ operation: AccessOperation) -> Bool {
    allows(operation, .cluster, AccessResource.clusterName)
  }

  /// Whether there may be a topic that it may write.
  var allowsSomeWrite: Bool {
    authorizer?.allowsSomewhere(.write, on: .topic, by: principal, from: host) ?? true
  }

  // MARK: Requests as a whole

  func require(_ operation: AccessOperation, group: String) throws(CoordinatorError) {
    guard allows(operation, .group, group) else {
      throw CoordinatorError(
        .groupAuthorizationFailed, "\(principal) may not \(operation) group '\(group)'")
    }
  }

  func require(
    _ operation: AccessOperation, transactionalID id: String
  ) throws(CoordinatorError) {
    guard allows(operation, .transactionalID, id) else {
      throw CoordinatorError(
        .transactionalIDAuthorizationFailed,
        "\(principal) may not \(operation) transactional id '\(id)'")
    }
  }

  /// Nil where it may; what the client is told where not.
  func clusterRefusal(_ operation: AccessOperation) -> ErrorCode? {
    allowsCluster(operation) ? nil : .clusterAuthorizationFailed
  }

  /// The operations that it may do with a resource, a bit for each.
  func operations(_ type: AccessResource, _ name: String) -> Int32 {
    AllowedOperations.of(type).reduce(0) { bits, operation in
      allows(operation, type, name) ? bits | 1 << Int32(operation.rawValue) : bits
    }
  }
}
