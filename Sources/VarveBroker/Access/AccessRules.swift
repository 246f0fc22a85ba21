package import VarveProtocol

/// The rules of a metadata log, found by what they are about.
package struct AccessRules: Sendable {
  typealias Rule = AccessControlEntryRecord

  /// What a rule names as it is, `*` for all.
  static let literal: Int8 = 3
  /// What starts with the rule's name.
  static let prefixed: Int8 = 4
  static let wildcard = "*"

  private struct Key: Hashable {
    let type: Int8
    let name: String
  }

  private var byName: [Key: [Rule]] = [:]
  private var byPrefix: [Int8: [Rule]] = [:]

  package init(_ rules: some Sequence<AccessControlEntryRecord>) {
    for rule in rules {
      if rule.patternType == Self.prefixed {
        byPrefix[rule.resourceType, default: []].append(rule)
      } else if rule.patternType == Self.literal {
        byName[Key(type: rule.resourceType, name: rule.resourceName), default: []].append(rule)
      }
    }
  }

  /// The rules about one resource.
  func about(_ type: AccessResource, _ name: String) -> [Rule] {
    var rules = byName[Key(type: type.rawValue, name: name)] ?? []
    if name != Self.wildcard {
      rules += byName[Key(type: type.rawValue, name: Self.wildcard)] ?? []
    }
    // Byte by byte: letters that only look alike are others.
    rules += (byPrefix[type.rawValue] ?? []).filter {
      name.utf8.starts(with: $0.resourceName.utf8)
    }
    return rules
  }

  /// All rules about resources of a type.
  func about(_ type: AccessResource) -> [Rule] {
    byName.filter { $0.key.type == type.rawValue }.flatMap(\.value)
      + (byPrefix[type.rawValue] ?? [])
  }
}
