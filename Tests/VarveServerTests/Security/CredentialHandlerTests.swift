import Testing
import VarveBase
import VarveProtocol
import VarveServer

/// Goal: users' credentials are set, described and removed as KIP-554 says. Method: requests on a
/// socket against a table of Kafka's error codes.
@Suite struct CredentialHandlerTests {
  private typealias Request = AlterUserScramCredentialsRequest

  private static func upsertion(
    _ user: String, _ mechanism: Int8 = 1, iterations: Int32 = 4_096, salt: [UInt8] = [1],
    byteCount: Int? = nil
  ) -> AlterUserScramCredentialsRequest.Upsertion {
    var upsertion = AlterUserScramCredentialsRequest.Upsertion()
    upsertion.name = user
    upsertion.mechanism = mechanism
    upsertion.iterations = iterations
    upsertion.salt = ByteSlice(salt)
    upsertion.saltedPassword = ByteSlice(
      Array(repeating: 9, count: byteCount ?? (mechanism == 2 ? 64 : 32)))
    return upsertion
  }

  private static func deletion(
    _ user: String, _ mechanism: Int8 = 1
  ) -> AlterUserScramCredentialsRequest.Deletion {
    var deletion = AlterUserScramCredentialsRequest.Deletion()
    deletion.name = user
    deletion.mechanism = mechanism
    return deletion
  }

  private static func alter(
    _ client: WireClient, deletions: [AlterUserScramCredentialsRequest.Deletion] = [],
    _ upsertions: [AlterUserScramCredentialsRequest.Upsertion] = []
  ) throws -> [String: ErrorCode] {
    var request = AlterUserScramCredentialsRequest()
    request.deletions = deletions
    request.upsertions = upsertions
    let response: AlterUserScramCredentialsResponse = try client.ask(request, version: 0)
    return try Dictionary(
      response.results.map { ($0.user, $0.errorCode) },
      uniquingKeysWith: { _, _ in throw Missing() })
  }

  private static func described(
    _ client: WireClient, _ users: [String]? = nil
  ) throws -> [String] {
    var request = DescribeUserScramCredentialsRequest()
    request.users = users.map {
      $0.map { name in
        var user = DescribeUserScramCredentialsRequest.User()
        user.name = name
        return user
      }
    }
    let response: DescribeUserScramCredentialsResponse = try client.ask(request, version: 0)
    return response.results.map { result in
      let credentials = result.credentials.map { " \($0.mechanism):\($0.iterations)" }.joined()
      return "\(result.user) \(result.errorCode)\(credentials)"
    }
  }

  @Test("G23: credentials are set, replaced, described and removed")
  func life() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        #expect(try Self.described(client) == [])
        let set = try Self.alter(
          client,
          [
            Self.upsertion("bob"), Self.upsertion("alice", iterations: 8_192),
            Self.upsertion("alice", 2),
          ])
        #expect(set == ["alice": .none, "bob": .none])
        #expect(try Self.described(client) == ["alice none 1:8192 2:4096", "bob none 1:4096"])
        let changed = try Self.alter(
          client, deletions: [Self.deletion("alice", 1)], [Self.upsertion("bob", iterations: 5_000)]
        )
        #expect(changed == ["alice": .none, "bob": .none])
        #expect(
          try Self.described(client, ["bob", "nobody", "alice", "bob"])
            == ["bob duplicateResource", "nobody resourceNotFound", "alice none 2:4096"])
        #expect(try Self.described(client, ["bob"]) == ["bob none 1:5000"])
      }
    }
  }

  @Test("G23: a change that cannot be is refused, and others of the request are made")
  func refused() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let outcome = try Self.alter(
          client, deletions: [Self.deletion("nobody"), Self.deletion("odd", 7)],
          [
            Self.upsertion("few", iterations: 4_095), Self.upsertion("many", iterations: 16_385),
            Self.upsertion(""), Self.upsertion("unknown", 3), Self.upsertion("unsalted", salt: []),
            Self.upsertion("oversalted", salt: Array(repeating: 1, count: 1_025)),
            Self.upsertion("short", 2, byteCount: 32), Self.upsertion("twice"),
            Self.upsertion("twice"), Self.upsertion("fine"),
          ])
        #expect(
          outcome == [
            "nobody": .resourceNotFound, "odd": .unsupportedSASLMechanism,
            "few": .unacceptableCredential, "many": .unacceptableCredential,
            "": .unacceptableCredential, "unknown": .unsupportedSASLMechanism,
            "unsalted": .unacceptableCredential, "oversalted": .unacceptableCredential,
            "short": .unacceptableCredential, "twice": .duplicateResource, "fine": .none,
          ])
        #expect(try Self.described(client) == ["fine none 1:4096"])
      }
    }
  }

  @Test func `the changes of a user are made all or none`() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let outcome = try Self.alter(
          client, deletions: [Self.deletion("alice", 2)], [Self.upsertion("alice")])
        #expect(outcome == ["alice": .resourceNotFound])
        #expect(try Self.described(client) == [])
      }
    }
  }
}
