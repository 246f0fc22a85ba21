import Testing
import VarveBase
import VarveProtocol
import VarveServer
import VarveTestKit

/// Goal: no request does what its client may not. Method: for each key a request as a user without
/// rules, and again with the one rule that Kafka's table of operations names.
@Suite struct AccessTests {
  /// A row of Kafka's table.
  struct Row: Sendable, CustomTestStringConvertible {
    let key: Int16
    let testDescription: String
    /// Type, name and operation of the rule that is needed, and others that go with it.
    let rules: [(type: Int8, name: String, operation: Int8)]
    let denied: ErrorCode
    let ask: @Sendable (WireClient) throws -> ErrorCode?

    init<Request: WireMessage, Response: WireMessage>(
      _ request: Request.Type, _ response: Response.Type, version: Int16,
      _ rules: [(Int8, String, Int8)], _ denied: ErrorCode,
      prepare: @escaping @Sendable (inout Request) -> Void = { _ in },
      code: @escaping @Sendable (Response) -> ErrorCode?
    ) {
      key = Request.api.key
      testDescription = "\(Request.name) needs \(rules.map { "\($0.0) \($0.1) \($0.2)" })"
      self.rules = rules.map { (type: $0.0, name: $0.1, operation: $0.2) }
      self.denied = denied
      ask = { client in
        var request = Request()
        prepare(&request)
        let response: Response = try client.ask(request, version: version)
        return code(response)
      }
    }
  }

  /// Serves with rules in force, the topic `orders`, and the users `admin`, who may do everything,
  /// and `alice`.
  static func run(_ body: (ServedBroker) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/users"
    try LocalFileSystem().open(file, .create).write(
      ByteSlice("admin:a\nalice:a\n".utf8).bytes, at: 0)
    var access = AccessOptions()
    access.superUsers = ["User:admin"]
    let rules = access
    try await ServedBroker.run {
      $0.listeners[0].security.mechanisms = [.plain]
      $0.listeners[0].security.passwordFile = file
      $0.access = rules
    } _: { served in
      try await served.client { client in
        _ = try client.logIn("admin", "a")
        var topic = CreateTopicsRequest.Topic()
        (topic.name, topic.partitionCount, topic.replicationFactor) = ("orders", 1, 1)
        var request = CreateTopicsRequest()
        request.topics = [topic]
        let response: CreateTopicsResponse = try client.ask(request, version: 7)
        #expect(response.topics.map(\.errorCode) == [.none])
      }
      try await body(served)
    }
  }

  @Test("G62: a request is refused without its rule, and not with it", arguments: AccessRows.all)
  func row(row: Row) async throws {
    try await Self.run { served in
      let port = served.port
      try await served.client { admin in
        _ = try admin.logIn("admin", "a")
        let alice = try WireClient(port: port)
        _ = try alice.logIn("alice", "a")
        #expect(try row.ask(alice) == row.denied)
        // All rules but one are not enough.
        for rule in row.rules {
          #expect(try row.ask(alice) == row.denied || row.rules.count > 1)
          try admin.allow("User:alice", rule.type, rule.name, rule.operation)
        }
        #expect(try row.ask(alice) != row.denied)
        #expect(try row.ask(alice) != ErrorCode.topicAuthorizationFailed)
      }
    }
  }

  @Test("G62: every key that is served has a row, or is for everybody")
  func complete() async throws {
    // The handshake, what there is to speak, what a client tells of itself, and what is filtered by
    // what else one may see.
    let others: Set<Int16> = [17, 18, 36, 71, 72, 60, 16, 66]
    try await ServedBroker.run { served in
      let keys = try await served.client { client in
        let response: ApiVersionsResponse = try client.ask(ApiVersionsRequest(), version: 0)
        return Set(response.apis.map(\.key))
      }
      #expect(keys == Set(AccessRows.all.map(\.key)).union(others))
    }
  }

  @Test("G62: topics that one may not describe are not there, and others are told of")
  func metadata() async throws {
    try await Self.run { served in
      let port = served.port
      try await served.client { admin in
        _ = try admin.logIn("admin", "a")
        let alice = try WireClient(port: port)
        _ = try alice.logIn("alice", "a")
        var request = MetadataRequest()
        request.topics = nil
        let hidden: MetadataResponse = try alice.ask(request, version: 12)
        #expect(hidden.topics.isEmpty)
        try admin.allow("User:*", 2, "ord", 3, pattern: 4)
        let shown: MetadataResponse = try alice.ask(request, version: 12)
        #expect(shown.topics.map(\.name) == ["orders"])
        try admin.allow("User:alice", 2, "*", 8, permission: 2)
        let denied: MetadataResponse = try alice.ask(request, version: 12)
        #expect(denied.topics.isEmpty)
        request.topics = []
        let id = shown.topics.first?.topicID ?? .zero
        var topic = MetadataRequest.Topic()
        topic.topicID = id
        topic.name = nil
        request.topics = [topic]
        let byID: MetadataResponse = try alice.ask(request, version: 12)
        #expect(byID.topics.map(\.errorCode) == [.unknownTopicID])
        #expect(byID.topics.map(\.name) == [nil])
      }
    }
  }

  @Test("G62: groups and transactional ids that one may not describe are not listed")
  func lists() async throws {
    try await Self.run { served in
      try await served.client { alice in
        _ = try alice.logIn("alice", "a")
        let groups: ListGroupsResponse = try alice.ask(ListGroupsRequest(), version: 5)
        #expect(groups.groups.isEmpty)
        let ids: ListTransactionsResponse = try alice.ask(ListTransactionsRequest(), version: 1)
        #expect(ids.transactionStates.isEmpty)
        var request = DescribeClusterRequest()
        request.includesAuthorizedOperations = true
        let cluster: DescribeClusterResponse = try alice.ask(request, version: 1)
        #expect(cluster.authorizedOperations == 0)
      }
    }
  }

  @Test("G62: rules are described, and removed by filters that match")
  func rules() async throws {
    try await Self.run { served in
      try await served.client { admin in
        _ = try admin.logIn("admin", "a")
        try admin.allow("User:alice", 2, "orders", 3)
        try admin.allow("User:alice", 2, "orders", 3)
        try admin.allow("User:bob", 2, "or", 4, pattern: 4)
        try admin.allow("User:bob", 3, "*", 3)
        var described = DescribeAclsRequest()
        (described.filter.resourceType, described.filter.patternType) = (2, 2)
        (described.filter.operation, described.filter.permissionType) = (1, 1)
        described.filter.resourceName = "orders"
        let found: DescribeAclsResponse = try admin.ask(described, version: 3)
        #expect(found.resources.map(\.name) == ["or", "orders"])
        #expect(found.resources.map(\.rules.count) == [1, 1])
        var removal = DeleteAclsRequest()
        removal.filters = [described.filter]
        removal.filters[0].principal = "User:bob"
        let removed: DeleteAclsResponse = try admin.ask(removal, version: 3)
        #expect(
          removed.filterResults.map { $0.matchingRules.map(\.entry.resourceName) } == [["or"]])
        let left: DescribeAclsResponse = try admin.ask(described, version: 3)
        #expect(left.resources.map(\.name) == ["orders"])
      }
    }
  }

  @Test(
    "G62: a rule that cannot be is refused",
    arguments: [
      { $0.resourceType = 1 }, { $0.resourceType = 9 }, { $0.resourceName = "" },
      { $0.patternType = 2 }, { $0.operation = 1 }, { $0.operation = 16 },
      { $0.permissionType = 1 },
      { $0.principal = "alice" }, { $0.principal = "User:" }, { $0.host = "" },
      { $0.resourceType = 4 },
    ] as [@Sendable (inout AccessControlEntry) -> Void])
  func refused(change: @Sendable (inout AccessControlEntry) -> Void) async throws {
    var entry = AccessControlEntry()
    (entry.resourceType, entry.resourceName, entry.principal) = (2, "orders", "User:alice")
    (entry.host, entry.operation, entry.permissionType) = ("*", 3, 3)
    change(&entry)
    let bad = entry
    try await Self.run { served in
      try await served.client { admin in
        _ = try admin.logIn("admin", "a")
        var request = CreateAclsRequest()
        request.creations = [bad]
        let response: CreateAclsResponse = try admin.ask(request, version: 3)
        #expect(response.results.map(\.errorCode) == [.invalidRequest])
      }
    }
  }

  @Test("G62: where rules are not in force none are taken")
  func disabled() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        var request = CreateAclsRequest()
        request.creations = [AccessControlEntry()]
        let response: CreateAclsResponse = try client.ask(request, version: 3)
        #expect(response.results.map(\.errorCode) == [.securityDisabled])
      }
    }
  }
}

extension WireClient {
  /// Adds a rule, by default one that allows.
  func allow(
    _ principal: String, _ type: Int8, _ name: String, _ operation: Int8, pattern: Int8 = 3,
    permission: Int8 = 3
  ) throws {
    var entry = AccessControlEntry()
    (entry.resourceType, entry.resourceName, entry.patternType) = (type, name, pattern)
    (entry.principal, entry.host, entry.operation) = (principal, "*", operation)
    entry.permissionType = permission
    var request = CreateAclsRequest()
    request.creations = [entry]
    let response: CreateAclsResponse = try ask(request, version: 3)
    guard response.results.map(\.errorCode) == [.none] else { throw Missing() }
  }
}
