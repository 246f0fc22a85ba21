import Testing
import VarveBase
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveTestSupport
import VarveSecurity

/// Goal: a listener with TLS serves through it and through nothing else. Method: sockets with
/// OpenSSL's own client on them.
@Suite struct TLSServerTests {
  private static func run(
    _ certificates: TestCertificates, asked: TLSOptions.ClientCertificates = .none,
    certificate: String? = nil, _ body: (ServedBroker) async throws -> Void
  ) async throws {
    let file = certificate ?? certificates.path("server")
    var options = TLSOptions(certificateFile: file, keyFile: file)
    options.clientCertificates = asked
    options.clientAuthorityFile = certificates.path("authority")
    try await ServedBroker.run {
      $0.listeners[0].security.tls = options
    } _: {
      try await body($0)
    }
  }

  /// Asks for metadata through TLS. Returns the server's name; nil where the server hung up.
  @Sendable private static func ask(
    _ port: UInt16, _ certificates: TestCertificates, client: String? = nil
  ) throws -> String? {
    let tls = try TLSClient(
      authority: certificates.path("authority"), certificate: client.map(certificates.path))
    let wire = try WireClient(port: port)
    var heard = tls.read()
    var hasAsked = false
    while heard.count < 4 || heard.count < 4 + heard.prefix(4).reduce(0, { $0 << 8 | Int($1) }) {
      if tls.isEstablished && !hasAsked {
        hasAsked = true
        let request = MetadataRequest().requestFrame(
          version: 12, correlationID: 1, clientID: "tls")
        guard tls.write(Array(request)) else { return nil }
      }
      do { try wire.send(tls.takeOutput()) } catch { return nil }
      guard let byte = try wire.receive(1) else { return nil }
      tls.receive(byte)
      heard += tls.read()
      if tls.failure != nil { return nil }
    }
    return tls.serverName
  }

  @Test("G61: clients are served through TLS")
  func served() async throws {
    let certificates = try await TestCertificates.shared
    try await Self.run(certificates) { served in
      let port = served.port
      let name1 = try await onThread { try Self.ask(port, certificates) }
      #expect(name1 == "server")
    }
  }

  @Test(
    "G61: a listener that requires certificates serves nobody without one",
    arguments: [
      (nil, nil), ("stranger", nil), ("expired", nil), ("client", "server"),
    ] as [(String?, String?)])
  func mutual(client: String?, expected: String?) async throws {
    let certificates = try await TestCertificates.shared
    try await Self.run(certificates, asked: .required) { served in
      let port = served.port
      let name = try await onThread { try Self.ask(port, certificates, client: client) }
      #expect(name == expected)
    }
  }

  @Test("G61: a new certificate is taken without a restart, and one that is none is not")
  func reload() async throws {
    let certificates = try await TestCertificates.shared
    let directory = try TemporaryDirectory()
    let file = directory.path + "/server.pem"
    func put(_ bytes: [UInt8]) throws {
      let fileSystem = LocalFileSystem()
      if try fileSystem.kind(of: file) != nil { try fileSystem.remove(file) }
      try fileSystem.open(file, .create).write(ByteSlice(bytes).bytes, at: 0)
    }
    func put(_ name: String) throws {
      try put(LocalFileSystem().open(certificates.path(name), .read).readAll())
    }
    try put("server")
    try await Self.run(certificates, certificate: file) { served in
      let port = served.port
      let name2 = try await onThread { try Self.ask(port, certificates) }
      #expect(name2 == "server")
      try put("renewed")
      try served.server.reloadSecurity()
      let name3 = try await onThread { try Self.ask(port, certificates) }
      #expect(name3 == "renewed")
      try put(Array("nonsense".utf8))
      #expect(throws: NetworkError.self) { try served.server.reloadSecurity() }
      let name4 = try await onThread { try Self.ask(port, certificates) }
      #expect(name4 == "renewed")
    }
  }

  @Test(
    "G27: who speaks no TLS is left, and others are served", arguments: HostileInputTests.inputs)
  func hostile(input: HostileInputTests.Input) async throws {
    let certificates = try await TestCertificates.shared
    try await Self.run(certificates) { served in
      let port = served.port
      try await onThread {
        let client = try WireClient(port: port)
        try client.send(input.bytes)
        // Some of it may be the beginning of a record: it is not waited for here.
        if input.testDescription != "TLS" && input.bytes.count > 4 {
          while try client.receive(1) != nil {}
        }
      }
      let name5 = try await onThread { try Self.ask(port, certificates) }
      #expect(name5 == "server")
    }
  }

  @Test("G27: a client that does not finish the handshake in time is left")
  func slow() async throws {
    let certificates = try await TestCertificates.shared
    var options = TLSOptions(
      certificateFile: certificates.path("server"), keyFile: certificates.path("server"))
    options.clientCertificates = .none
    try await ServedBroker.run {
      $0.listeners[0].security.tls = options
      $0.proofMilliseconds = 1
    } _: { served in
      let heard = try await served.client { try $0.receive(1) }
      #expect(heard == nil)
    }
  }
}
