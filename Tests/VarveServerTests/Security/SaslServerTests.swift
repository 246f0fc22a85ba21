import Synchronization
import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveSecurity

/// Goal: a listener with SASL lets in who proves to be a user, and leaves everybody else in order.
/// Method: sockets; the client of SCRAM is the test's own.
@Suite struct SaslServerTests {
  /// Offers all mechanisms of passwords; `admin` is a user of PLAIN.
  static func run<Result>(
    logger: Logger = .discarding, _ body: (ServedBroker) async throws -> Result
  ) async throws -> Result {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/users"
    try LocalFileSystem().open(file, .create).write(
      ByteSlice("admin:admin-secret\n".utf8).bytes, at: 0)
    return try await ServedBroker.run {
      $0.listeners[0].security.mechanisms = [.plain, .scramSHA256, .scramSHA512]
      $0.listeners[0].security.passwordFile = file
      $0.logger = logger
    } _: {
      try await body($0)
    }
  }

  @Test("G61: who proves to be a user of PLAIN is served")
  func plain() async throws {
    try await Self.run { served in
      let brokers = try await served.client { client in
        let answer = try client.logIn("admin", "admin-secret")
        #expect(answer.errorCode == ErrorCode.none)
        let response: MetadataResponse = try client.ask(MetadataRequest(), version: 12)
        return response.brokers.count
      }
      #expect(brokers == 1)
    }
  }

  @Test(
    "G61: a wrong password is answered, logged, and the end of the connection",
    arguments: [
      ("admin", "Admin-secret"), ("nobody", "admin-secret"),
    ])
  func wrong(user: String, password: String) async throws {
    let entries = Mutex<[LogEntry]>([])
    let logger = Logger(label: "test", level: .notice) { entry in
      entries.withLock { $0.append(entry) }
    }
    try await Self.run(logger: logger) { served in
      try await served.client { client in
        let answer = try client.logIn(user, password)
        #expect(answer.errorCode == .saslAuthenticationFailed)
        #expect(
          answer.errorMessage == "the authentication failed: wrong credentials for PLAIN")
        #expect(try client.isEnded())
      }
      try await Self.expectServed(served)
    }
    let texts = entries.withLock { $0.map(\.text) }
    #expect(texts.count == 1)
    #expect(texts.first?.contains("user=\(user)") == true)
    #expect(texts.first?.contains(password) == false)
  }

  @Test(
    "G61: nothing but the handshake is answered before it",
    arguments: [
      MetadataRequest.api, ProduceRequest.api, CreateTopicsRequest.api,
      AlterUserScramCredentialsRequest.api,
    ].map(\.key))
  func early(key: Int16) async throws {
    try await Self.run { served in
      try await served.client { client in
        var request: [UInt8] = [0, UInt8(key), 0, 9, 0, 0, 0, 1, 0xFF, 0xFF]
        request += Array(repeating: 0, count: 40)
        try client.send([0, 0, 0, UInt8(request.count)] + request)
        #expect(try client.receiveFrame() == nil)
        let chosen = try WireClient(port: served.port)
        try chosen.choose("PLAIN")
        try chosen.send([0, 0, 0, UInt8(request.count)] + request)
        #expect(try chosen.receiveFrame() == nil)
      }
      try await Self.expectServed(served)
    }
  }

  @Test("G27: a client that has proved nothing sends no large frame")
  func large() async throws {
    try await Self.run { served in
      try await served.client { client in
        // SaslHandshake, which claims to be a megabyte.
        try client.send([0, 0x10, 0, 0, 0, 17, 0, 1])
        #expect(try client.isEnded())
      }
      try await Self.expectServed(served)
    }
  }

  @Test func `requests that were sent along with the wrong password are not begun`() async throws {
    try await Self.run { served in
      try await served.client { client in
        try client.choose("PLAIN")
        var request = SaslAuthenticateRequest()
        request.authBytes = ByteSlice("\0admin\0wrong".utf8)
        let id = try client.post(request, version: 2)
        var creation = CreateTopicsRequest.Topic()
        creation.name = "sneaked-in"
        creation.partitionCount = 1
        creation.replicationFactor = 1
        var topics = CreateTopicsRequest()
        topics.topics = [creation]
        try client.post(topics, version: 7)
        let answer = try client.take(
          SaslAuthenticateResponse.self, version: 2, correlationID: id)
        #expect(answer.errorCode == .saslAuthenticationFailed)
        #expect(try client.receiveFrame() == nil)
      }
      #expect(served.broker.topics().isEmpty)
    }
  }

  @Test("G61: messages come without headers after version 0 of the handshake")
  func bareTokens() async throws {
    try await Self.run { served in
      try await served.client { client in
        try client.choose("PLAIN", version: 0)
        let token = Array("\0admin\0admin-secret".utf8)
        try client.send([0, 0, 0, UInt8(token.count)] + token)
        #expect(try client.receiveFrame()?.isEmpty == true)
        let response: MetadataResponse = try client.ask(MetadataRequest(), version: 12)
        #expect(response.brokers.count == 1)

        let wrong = try WireClient(port: served.port)
        try wrong.choose("PLAIN", version: 0)
        try wrong.send([0, 0, 0, 3, 0, 1, 0])
        #expect(try wrong.receiveFrame() == nil)
      }
    }
  }

  @Test func `a client that has proved who it is cannot become somebody else`() async throws {
    try await Self.run { served in
      try await served.client { client in
        _ = try client.logIn("admin", "admin-secret")
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = "PLAIN"
        let response: SaslHandshakeResponse = try client.ask(handshake, version: 1)
        #expect(response.errorCode == .illegalSASLState)
        let metadata: MetadataResponse = try client.ask(MetadataRequest(), version: 12)
        #expect(metadata.brokers.count == 1)
      }
    }
  }

  @Test(
    "G61: a SCRAM user is let in once set, and no more once removed",
    arguments: [
      ScramMechanism.sha256, .sha512,
    ])
  func scram(mechanism: ScramMechanism) async throws {
    try await Self.run { served in
      try await served.client { client in
        _ = try client.logIn("admin", "admin-secret")
        #expect(try !Self.logsIn(mechanism, "alice", "wonderland", served.port))
        var upsertion = AlterUserScramCredentialsRequest.Upsertion()
        upsertion.name = "alice"
        upsertion.mechanism = mechanism.rawValue
        upsertion.iterations = 4_096
        upsertion.salt = ByteSlice([1, 2, 3, 4])
        upsertion.saltedPassword = ByteSlice(
          ScramClient.hi(
            "wonderland", salt: [1, 2, 3, 4], iterations: 4_096, mechanism.function))
        var request = AlterUserScramCredentialsRequest()
        request.upsertions = [upsertion]
        let set: AlterUserScramCredentialsResponse = try client.ask(request, version: 0)
        #expect(set.results.map(\.errorCode) == [.none])
        #expect(try Self.logsIn(mechanism, "alice", "wonderland", served.port))
        #expect(try !Self.logsIn(mechanism, "alice", "Wonderland", served.port))

        var deletion = AlterUserScramCredentialsRequest.Deletion()
        deletion.name = "alice"
        deletion.mechanism = mechanism.rawValue
        request = AlterUserScramCredentialsRequest()
        request.deletions = [deletion]
        let removed: AlterUserScramCredentialsResponse = try client.ask(request, version: 0)
        #expect(removed.results.map(\.errorCode) == [.none])
        #expect(try !Self.logsIn(mechanism, "alice", "wonderland", served.port))
      }
    }
  }

  private static func logsIn(
    _ mechanism: ScramMechanism, _ user: String, _ password: String, _ port: UInt16
  ) throws -> Bool {
    let client = try WireClient(port: port)
    try client.choose(mechanism == .sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512")
    let scram = ScramClient(mechanism: mechanism, user: user, password: password)
    let challenge = try client.authenticate(scram.first)
    #expect(challenge.errorCode == ErrorCode.none)
    let answer = try client.authenticate(try scram.final(Array(challenge.authBytes)))
    guard answer.errorCode == ErrorCode.none else {
      #expect(answer.errorCode == .saslAuthenticationFailed)
      #expect(try client.isEnded())
      return false
    }
    let metadata: MetadataResponse = try client.ask(MetadataRequest(), version: 12)
    return metadata.brokers.count == 1
  }

  private static func expectServed(_ served: ServedBroker) async throws {
    let answer = try await served.client { try $0.logIn("admin", "admin-secret") }
    #expect(answer.errorCode == ErrorCode.none)
  }
}

extension WireClient {
  func choose(_ mechanism: String, version: Int16 = 1) throws {
    var request = SaslHandshakeRequest()
    request.mechanism = mechanism
    let response: SaslHandshakeResponse = try ask(request, version: version)
    guard response.errorCode == ErrorCode.none else { throw Missing() }
  }

  func authenticate(_ token: [UInt8]) throws -> SaslAuthenticateResponse {
    var request = SaslAuthenticateRequest()
    request.authBytes = ByteSlice(token)
    return try ask(request, version: 2)
  }

  /// By PLAIN.
  func logIn(_ user: String, _ password: String) throws -> SaslAuthenticateResponse {
    try choose("PLAIN")
    return try authenticate([0] + Array(user.utf8) + [0] + Array(password.utf8))
  }
}
