/// A rule of who may do what, from where.
package struct AccessControlEntry: WireStruct, Hashable, Sendable {
  /// 2: topic; 3: group; 4: cluster; 5: transactional id; 6: delegation token; 7: user.
  package var resourceType: Int8 = 0
  /// `*` stands for all.
  package var resourceName = ""
  /// 3: the name as it is; 4: whatever starts with the name.
  package var patternType: Int8 = 3
  /// `User:alice` or, for all, `User:*`.
  package var principal = ""
  /// An address or, for all, `*`.
  package var host = ""
  /// 2: all; 3: read; 4: write; 5: create; 6: delete; 7: alter; 8: describe; 9: cluster action;
  /// 10: describe configs; 11: alter configs; 12: idempotent write; 13: create tokens;
  /// 14: describe tokens; 15: two-phase commit.
  package var operation: Int8 = 0
  /// 2: denied; 3: allowed.
  package var permissionType: Int8 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&resourceType)
    wire.code(&resourceName)
    wire.code(&patternType)
    wire.code(&principal)
    wire.code(&host)
    wire.code(&operation)
    wire.code(&permissionType)
  }
}

/// What a rule must be like to be described or removed. The numbers are those of
/// ``AccessControlEntry``, and 1 for any.
package struct AccessControlFilter: WireStruct, Hashable, Sendable {
  package var resourceType: Int8 = 0
  /// Null: any.
  package var resourceName: String?
  /// 2 besides: every rule that concerns the resource of that name, be it by a prefix or by `*`.
  package var patternType: Int8 = 3
  /// Null: any.
  package var principal: String?
  /// Null: any.
  package var host: String?
  package var operation: Int8 = 0
  package var permissionType: Int8 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&resourceType)
    wire.code(&resourceName)
    wire.code(&patternType)
    wire.code(&principal)
    wire.code(&host)
    wire.code(&operation)
    wire.code(&permissionType)
  }
}
