import Foundation
import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveTestSupport

/// Goal: a listener lets in who has a token, for as long as it counts. Method: sockets; tokens that
/// the command `openssl` signs.
@Suite struct OAuthServerTests {
  private static func run(
    sessionMilliseconds: Int64 = 0, _ body: (ServedBroker, TestTokens) async throws -> Void
  ) async throws {
    let tokens = try await TestTokens.shared
    let directory = try TemporaryDirectory()
    let file = directory.path + "/keys"
    try Data(tokens.keySet.utf8).write(to: URL(filePath: file))
    try Data("admin:secret\n".utf8).write(to: URL(filePath: directory.path + "/users"))
    try await ServedBroker.run {
      $0.listeners[0].security.mechanisms = [.oauthBearer, .plain]
      $0.listeners[0].security.tokens = TokenOptions(keyFile: file)
      $0.listeners[0].security.passwordFile = directory.path + "/users"
      $0.listeners[0].security.sessionMillisecondsMax = sessionMilliseconds
    } _: {
      try await body($0, tokens)
    }
  }

  /// Far in the future: the server goes by the system's clock.
  private static let claims = #"{"sub":"alice","exp":95617584000}"#

  private static func message(_ token: String) -> [UInt8] {
    Array("n,,\u{1}auth=Bearer \(token)\u{1}\u{1}".utf8)
  }

  @Test("G61: who has a token is served, and told how long")
  func served() async throws {
    try await Self.run { served, tokens in
      let token = try await tokens.token(Self.claims, key: "ec")
      try await served.client { client in
        try client.choose("OAUTHBEARER")
        let answer = try client.authenticate(Self.message(token))
        #expect(answer.errorCode == ErrorCode.none)
        #expect(answer.sessionLifetimeMilliseconds > 1_000_000_000)
        let metadata: MetadataResponse = try client.ask(MetadataRequest(), version: 12)
        #expect(metadata.brokers.count == 1)
      }
    }
  }

  @Test("G61: who has a bad token is told so as RFC 7628 has it, and then refused")
  func refused() async throws {
    try await Self.run { served, tokens in
      let token = try await tokens.token(#"{"sub":"alice","exp":1300819380}"#)
      try await served.client { client in
        try client.choose("OAUTHBEARER")
        let answer = try client.authenticate(Self.message(token))
        #expect(answer.errorCode == ErrorCode.none)
        #expect(Array(answer.authBytes) == Array(#"{"status":"invalid_token"}"#.utf8))
        let end = try client.authenticate([1])
        #expect(end.errorCode == .saslAuthenticationFailed)
        #expect(try client.isEnded())
      }
    }
  }

  @Test("G61: a session goes on when the client proves itself anew, and is ended when it does not")
  func sessions() async throws {
    try await Self.run(sessionMilliseconds: 600_000) { served, tokens in
      let token = try await tokens.token(Self.claims)
      try await served.client { client in
        for _ in 0..<3 {
          try client.choose("OAUTHBEARER")
          let answer = try client.authenticate(Self.message(token))
          #expect(answer.sessionLifetimeMilliseconds == 600_000)
          let metadata: MetadataResponse = try client.ask(MetadataRequest(), version: 12)
          #expect(metadata.brokers.count == 1)
        }
        // By another mechanism it cannot go on.
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = "PLAIN"
        let response: SaslHandshakeResponse = try client.ask(handshake, version: 1)
        #expect(response.errorCode == .unsupportedSASLMechanism)
        #expect(try client.isEnded())
      }
    }
    try await Self.run(sessionMilliseconds: 1) { served, _ in
      try await served.client { client in
        let answer = try client.logIn("admin", "secret")
        #expect(answer.sessionLifetimeMilliseconds == 1)
        // The millisecond passes while it asks.
        var isEnded = false
        while !isEnded {
          _ = try? client.post(MetadataRequest(), version: 12)
          isEnded = try client.receiveFrame() == nil
        }
        let later = try WireClient(port: served.port)
        #expect(try later.logIn("admin", "secret").errorCode == ErrorCode.none)
      }
    }
  }

  @Test("G61: a name that is no user's has the same salt after a start")
  func decoys() async throws {
    let directory = try TemporaryDirectory()
    func challenges(_ name: String) async throws -> [String] {
      let broker = try Broker.open("\(directory.path)/\(name)")
      defer { try? broker.close() }
      var options = ServerOptions()
      options.listeners = [ListenerOptions(SocketAddress(host: "127.0.0.1", port: 0))]
      options.listeners[0].security.mechanisms = [.scramSHA256, .scramSHA512]
      options.loopCount = 1
      let server = try Server(broker, options: options)
      let port = server.addresses[0].port
      let found = try await onThread {
        try [ScramMechanism.sha256, .sha512].flatMap { mechanism in
          try ["nobody", "somebody"].map { user in
            let client = try WireClient(port: port)
            try client.choose(mechanism == .sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512")
            let scram = ScramClient(mechanism: mechanism, user: user, password: "x")
            let text = String(
              decoding: try client.authenticate(scram.first).authBytes, as: UTF8.self)
            return text.split(separator: ",").dropFirst().joined(separator: ",")
          }
        }
      }
      await server.stop()
      return found
    }
    let before = try await challenges("data")
    #expect(Set(before).count == 4)
    // A copy: the lock of the first may be in the hands of a child that another test starts.
    let files = FileManager.default
    try files.copyItem(atPath: directory.path + "/data", toPath: directory.path + "/copy")
    #expect(try await challenges("copy") == before)
    try files.copyItem(atPath: directory.path + "/data", toPath: directory.path + "/other")
    try files.removeItem(atPath: directory.path + "/other/varve.secret")
    #expect(Set(try await challenges("other")).isDisjoint(with: before))
  }
}
