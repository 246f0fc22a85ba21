import Testing
import VarveBroker
import VarveProtocol
import VarveTestKit

/// Goal: rules decide as Kafka's documentation says. Method: random sets of rules over few names,
/// against a model that asks each rule in turn, in the words of the documentation.
@Suite struct AuthorizerTests {
  private static let names = ["a", "ab", "abc", "b", "*"]
  private static let users = ["alice", "bob"]
  private static let hosts = ["10.0.0.1", "10.0.0.2"]

  private static func rule(
    using generator: inout SeededGenerator
  ) -> AccessControlEntryRecord {
    var rule = AccessControlEntryRecord()
    rule.resourceType = Bool.random(using: &generator) ? 2 : 3
    rule.patternType = Bool.random(using: &generator) ? 3 : 4
    rule.resourceName = names[Int.random(in: 0..<names.count, using: &generator)]
    rule.principal = ["User:alice", "User:bob", "User:*"][Int.random(in: 0...2, using: &generator)]
    rule.host = (hosts + ["*"])[Int.random(in: 0...2, using: &generator)]
    rule.operation = Int8.random(in: 2...11, using: &generator)
    rule.permissionType = Int.random(in: 0...2, using: &generator) == 0 ? 2 : 3
    return rule
  }

  /// One rule at a time.
  private struct Model {
    let rules: [AccessControlEntryRecord]
    let allowsWithoutRules: Bool

    func allows(_ operation: Int8, _ type: Int8, _ name: String, _ user: String, _ host: String)
      -> Bool
    {
      let about = rules.filter { rule in
        guard rule.resourceType == type else { return false }
        if rule.patternType == 4 { return name.hasPrefix(rule.resourceName) }
        return rule.resourceName == name || rule.resourceName == "*"
      }
      if about.isEmpty { return allowsWithoutRules }
      var isAllowed = false
      for rule in about {
        guard rule.principal == "User:\(user)" || rule.principal == "User:*" else { continue }
        guard rule.host == host || rule.host == "*" else { continue }
        if rule.permissionType == 2 {
          if rule.operation == operation || rule.operation == 2 { return false }
        } else if Self.implied(by: rule.operation).contains(operation) {
          isAllowed = true
        }
      }
      return isAllowed
    }

    /// What whoever may do this may do as well.
    private static func implied(by operation: Int8) -> [Int8] {
      switch operation {
      case 2: Array(2...15)
      case 3, 4, 6, 7: [operation, 8]
      case 11: [11, 10]
      default: [operation]
      }
    }
  }

  @Test("G62: what rules allow is what the model allows", arguments: 1...60 as ClosedRange<UInt64>)
  func decisions(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let rules = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
      Self.rule(using: &generator)
    }
    let isOpen = Bool.random(using: &generator)
    let model = Model(rules: rules, allowsWithoutRules: isOpen)
    let authorizer = Authorizer(
      AccessRules(rules), superUsers: ["User:root"], allowsWithoutRules: isOpen)
    for operation in AccessOperation.allCases where operation != .all {
      for type in [AccessResource.topic, .group] {
        for name in Self.names {
          for user in Self.users {
            for host in Self.hosts {
              let isAllowed = authorizer.allows(
                operation, on: type, named: name, by: Principal(user: user), from: host)
              #expect(
                isAllowed == model.allows(operation.rawValue, type.rawValue, name, user, host),
                "\(user) from \(host): \(operation) \(type) \(name) under \(rules)")
            }
          }
          #expect(
            authorizer.allows(
              operation, on: type, named: name, by: Principal(user: "root"), from: "::1"))
        }
      }
    }
  }

  @Test(
    "G62: somewhere is allowed where there is a name that is",
    arguments: 1...60 as ClosedRange<UInt64>)
  func somewhere(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let rules = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
      Self.rule(using: &generator)
    }
    let model = Model(rules: rules, allowsWithoutRules: false)
    let authorizer = Authorizer(AccessRules(rules))
    for user in Self.users {
      for host in Self.hosts {
        // Names that rules speak of, and others that start like them.
        let names = Self.names + Self.names.map { $0 + "~" } + ["~"]
        #expect(
          authorizer.allowsSomewhere(
            .write, on: .topic, by: Principal(user: user), from: host)
            == names.contains { model.allows(4, 2, $0, user, host) }, "\(user) \(host) \(rules)")
      }
    }
  }

  @Test func `letters that look alike are not alike in a prefix`() {
    var rule = AccessControlEntryRecord()
    (rule.resourceType, rule.patternType, rule.resourceName) = (3, 4, "caf\u{E9}")
    (rule.principal, rule.host, rule.operation, rule.permissionType) = ("User:*", "*", 3, 3)
    let authorizer = Authorizer(AccessRules([rule]))
    let user = Principal(user: "alice")
    #expect(authorizer.allows(.read, on: .group, named: "caf\u{E9}-1", by: user, from: "::1"))
    #expect(!authorizer.allows(.read, on: .group, named: "cafe\u{301}-1", by: user, from: "::1"))
  }
}
