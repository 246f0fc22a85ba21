import Foundation
import Testing
import Varve
import VarveTestKit
import VarveTestSupport

/// Goal: a program and a broker that it connects to prove to each other who they are. Method: our
/// server with the certificates that the command `openssl` makes, and our client.
@Suite struct ConnectSecurityTests {
  /// A served log with the user `alice`, and what is needed to reach it.
  private struct Served {
    let certificates: TestCertificates
    let varve: Varve
    let port: Int

    func options(
      _ login: Varve.ConnectSecurity.Login?, authority: String = "authority"
    ) -> Varve.ConnectOptions {
      var options = Varve.ConnectOptions()
      options.security.tls = .init(authorityFile: certificates.path(authority))
      options.security.login = login
      return options
    }

    /// The name of the error that comes of connecting and listing topics, `ok` for none.
    func outcome(_ options: Varve.ConnectOptions, host: String = "localhost") async -> String {
      do throws(VarveError) {
        let remote = try await Varve.connect(to: "\(host):\(port)", options: options)
        do throws(VarveError) { _ = try await remote.topics() } catch {
          try await remote.close()
          throw error
        }
        try await remote.close()
        return "ok"
      } catch { return "\(error.code)" }
    }
  }

  private static func served(
    mechanisms: [Varve.ListenerSecurity.Mechanism] = [.scramSHA256, .scramSHA512, .plain],
    certificates asked: Varve.ListenerSecurity.ClientCertificates = .none,
    session: Duration? = nil, _ body: (Served) async throws -> Void
  ) async throws {
    let certificates = try await TestCertificates.shared
    let directory = try TemporaryDirectory()
    let users = directory.path + "/users"
    try Data("bob:secret\n".utf8).write(to: URL(filePath: users))
    let varve = try await Varve.open(directory.path + "/log")
    try await varve.setPassword("wonder, land = 1", of: "alice", iterations: 4_096)
    try await varve.createTopic("orders")
    var security = Varve.ListenerSecurity()
    security.mechanisms = mechanisms
    security.passwordFile = users
    security.sessionTimeMax = session
    security.tls = .init(
      certificateFile: certificates.path("server"), keyFile: certificates.path("server"))
    security.tls?.clientCertificates = asked
    security.tls?.clientAuthorityFile = certificates.path("authority")
    var options = Varve.ServeOptions()
    options.allowsAnonymous = true
    // Reached by addresses that its certificate does not name.
    let service = try await varve.serve(
      at: [Varve.Listener("0.0.0.0:0", security: security)], options: options)
    let result: Result<Void, any Error>
    do {
      try await body(Served(certificates: certificates, varve: varve, port: service.port))
      result = .success(())
    } catch { result = .failure(error) }
    try await varve.close()
    try result.get()
  }

  @Test("G61: passwords are proved through TLS, by each mechanism, and wrong ones are refused")
  func passwords() async throws {
    try await Self.served { served in
      for mechanism in [Varve.ConnectSecurity.Login.Mechanism.scramSHA256, .scramSHA512] {
        let right = Varve.ConnectSecurity.Login(
          user: "alice", password: "wonder, land = 1", by: mechanism)
        #expect(await served.outcome(served.options(right)) == "ok")
        for (user, password) in [("alice", "wonderland"), ("nobody", "wonder, land = 1")] {
          let wrong = Varve.ConnectSecurity.Login(user: user, password: password, by: mechanism)
          #expect(await served.outcome(served.options(wrong)) == "authenticationFailed")
        }
      }
      let plain = Varve.ConnectSecurity.Login(user: "bob", password: "secret", by: .plain)
      #expect(await served.outcome(served.options(plain)) == "ok")
      let wrong = Varve.ConnectSecurity.Login(user: "bob", password: "Secret", by: .plain)
      #expect(await served.outcome(served.options(wrong)) == "authenticationFailed")
    }
  }

  @Test("G61: a mechanism that the broker does not offer is said")
  func mechanism() async throws {
    try await Self.served(mechanisms: [.scramSHA512]) { served in
      let login = Varve.ConnectSecurity.Login(
        user: "alice", password: "wonder, land = 1", by: .scramSHA256)
      let error = await #expect(throws: VarveError.self) {
        try await Varve.connect(
          to: "localhost:\(served.port)", options: served.options(login))
      }
      #expect(error?.message.contains("no SCRAM-SHA-256, only SCRAM-SHA-512") == true)
    }
  }

  @Test(
    "G61: a broker is believed for a certificate of its own host and of a known authority alone")
  func certificates() async throws {
    try await Self.served { served in
      let login = Varve.ConnectSecurity.Login(user: "alice", password: "wonder, land = 1")
      var options = served.options(login)
      #expect(await served.outcome(options, host: "127.0.0.1") == "ok")
      #expect(await served.outcome(options, host: "127.0.0.2") == "authenticationFailed")
      options.security.tls?.checksHost = false
      #expect(await served.outcome(options, host: "127.0.0.2") == "ok")
      options = served.options(login, authority: "stranger")
      #expect(await served.outcome(options) == "authenticationFailed")
      options.security.tls?.checksHost = false
      #expect(await served.outcome(options) == "authenticationFailed")
      // The system knows nothing of the tests' authority.
      options.security.tls = .init()
      #expect(await served.outcome(options) == "authenticationFailed")
      options.security.tls = .init(authorityFile: "/nowhere/authority.pem")
      #expect(await served.outcome(options) == "invalidArgument")
    }
  }

  @Test("G61: a program shows its own certificate where the broker asks for one")
  func mutual() async throws {
    try await Self.served(mechanisms: [], certificates: .required) { served in
      var options = served.options(nil)
      #expect(await served.outcome(options) == "authenticationFailed")
      options.security.tls?.certificateFile = served.certificates.path("client")
      #expect(await served.outcome(options) == "ok")
      options.security.tls?.certificateFile = served.certificates.path("expired")
      #expect(await served.outcome(options) == "authenticationFailed")
      // Nobody asks who it is, beyond the certificate.
      options = served.options(.init(user: "alice", password: "wonder, land = 1"))
      options.security.tls?.certificateFile = served.certificates.path("client")
      #expect(await served.outcome(options) == "authenticationFailed")
    }
  }

  @Test("G61: records of all sizes pass through TLS, over many sessions")
  func records() async throws {
    try await Self.served(session: .milliseconds(40)) { served in
      let login = Varve.ConnectSecurity.Login(user: "alice", password: "wonder, land = 1")
      let remote = try await Varve.connect(
        to: "localhost:\(served.port)", options: served.options(login))
      var options = Producer.Options()
      options.isIdempotent = true
      let producer = try remote.producer(options: options)
      var sent: [String] = []
      for index in 0..<60 {
        sent.append(String(repeating: "x", count: index * 1_500) + "\(index)")
        try await producer.send("orders", value: sent[index])
      }
      var read: [String] = []
      let consumer = try await remote.consumer(topics: ["orders"], from: .earliest)
      for try await batch in consumer.batches {
        for record in batch { read.append(record.text ?? "") }
        if read.count == sent.count { break }
      }
      #expect(read == sent)
      try await remote.close()
    }
  }

  @Test("G61: users are made, listed and removed in the log, and through a broker")
  func users() async throws {
    try await Self.served { served in
      let login = Varve.ConnectSecurity.Login(user: "alice", password: "wonder, land = 1")
      let remote = try await Varve.connect(
        to: "localhost:\(served.port)", options: served.options(login))
      try await remote.setPassword("x", of: "carol", for: [.scramSHA256])
      let expected = [
        ("alice", [Varve.PasswordMechanism.scramSHA256: 4_096, .scramSHA512: 4_096]),
        ("carol", [.scramSHA256: 8_192]),
      ]
      for door in [remote, served.varve] {
        let users = try await door.users()
        #expect(users.map(\.name) == expected.map(\.0))
        #expect(users.map(\.iterations) == expected.map(\.1))
      }
      let carol = Varve.ConnectSecurity.Login(user: "carol", password: "x", by: .scramSHA256)
      #expect(await served.outcome(served.options(carol)) == "ok")
      for door in [remote, served.varve] {
        let error = await #expect(throws: VarveError.self) {
          try await door.removeUser("carol", for: [.scramSHA512])
        }
        #expect(error?.code == .unknownUser)
      }
      try await remote.removeUser("carol")
      #expect(await served.outcome(served.options(carol)) == "authenticationFailed")
      try await served.varve.setPassword("y", of: "carol", for: [.scramSHA256])
      let changed = Varve.ConnectSecurity.Login(user: "carol", password: "y", by: .scramSHA256)
      #expect(await served.outcome(served.options(changed)) == "ok")
      let error = await #expect(throws: VarveError.self) {
        try await remote.setPassword("", of: "carol")
      }
      #expect(error?.code == .invalidArgument)
      try await remote.close()
    }
  }
}
