internal import VarveProtocol

/// Decides who may do what, as Kafka's own authorizer does: what no rule allows is denied, and a
/// rule that denies wins over those that allow.
package struct Authorizer: Sendable {
  /// As rules name them, `User:admin`: they may do everything.
  package let superUsers: Set<String>
  /// Whether everybody may do everything with what no rule is about.
  package let allowsWithoutRules: Bool
  private let rules: AccessRules

  package init(_ rules: AccessRules, superUsers: Set<String> = [], allowsWithoutRules: Bool = false)
  {
    self.rules = rules
    self.superUsers = superUsers
    self.allowsWithoutRules = allowsWithoutRules
  }

  /// Whether a principal may do something to a resource. `host` is the address that it comes from,
  /// as a number.
  package func allows(
    _ operation: AccessOperation, on type: AccessResource, named name: String,
    by principal: Principal, from host: String
  ) -> Bool {
    if superUsers.contains(principal.description) { return true }
    let about = rules.about(type, name)
    guard !about.isEmpty else { return allowsWithoutRules }
    let applying = about.filter { $0.concerns(principal, host) }
    if applying.contains(where: { $0.isDenial && $0.names([operation, .all]) }) { return false }
    return applying.contains { $0.isPermission && $0.names(operation.allowedBy) }
  }

  /// Whether there may be a resource of the type that the principal may do this with.
  package func allowsSomewhere(
    _ operation: AccessOperation, on type: AccessResource, by principal: Principal,
    from host: String
  ) -> Bool {
    if superUsers.contains(principal.description) { return true }
    let applying = rules.about(type).filter {
      $0.concerns(principal, host) && $0.names([operation, .all])
    }
    let denials = applying.filter(\.isDenial)
    if denials.contains(where: \.isAboutAll) { return false }
    if allowsWithoutRules { return true }
    return applying.contains { allowed in
      allowed.isPermission && !denials.contains { $0.covers(allowed) }
    }
  }
}

extension AccessControlEntryRecord {
  fileprivate var isDenial: Bool { permissionType == 2 }
  fileprivate var isPermission: Bool { permissionType == 3 }

  fileprivate var isAboutAll: Bool {
    patternType == AccessRules.literal && resourceName == AccessRules.wildcard
  }

  fileprivate func concerns(_ principal: Principal, _ host: String) -> Bool {
    (self.principal == principal.description || self.principal == "User:*")
      && (self.host == host || self.host == "*")
  }

  fileprivate func names(_ operations: [AccessOperation]) -> Bool {
    operations.contains { $0.rawValue == operation }
  }

  /// Whether all that `other` is about is what this is about.
  fileprivate func covers(_ other: AccessControlEntryRecord) -> Bool {
    guard !other.isAboutAll else { return isAboutAll }
    if patternType == AccessRules.prefixed {
      return other.resourceName.utf8.starts(with: resourceName.utf8)
    }
    return other.patternType == AccessRules.literal && resourceName == other.resourceName
  }
}
