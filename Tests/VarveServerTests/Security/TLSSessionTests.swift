import COpenSSL
import Testing
import VarveBase
import VarveServer
import VarveTestKit
import VarveTestSupport
import VarveSecurity

/// Goal: what is said through TLS arrives as it was said, however it is cut up, and nothing but TLS
/// gets through. Method: OpenSSL's own client over memory.
@Suite struct TLSSessionTests {
  /// A client and our side, and the bytes that pass between them.
  private struct Pair {
    let client: TLSClient
    let session: TLSSession
    /// The most bytes that are handed over at a time.
    var chunk = Int.max

    /// Hands over what both have to say until neither has more. Returns what our side read.
    func exchange() throws -> [UInt8] {
      var read: [UInt8] = []
      var heard = client.read()
      while true {
        let sent = client.takeOutput()
        for start in stride(from: 0, to: sent.count, by: min(chunk, max(sent.count, 1))) {
          let end = chunk > sent.count - start ? sent.count : start + chunk
          session.receive(ByteSlice(sent[start..<end]))
          read += try readAll()
        }
        let answer = Array(session.takeOutput())
        client.receive(answer)
        heard += client.read()
        if sent.isEmpty && answer.isEmpty { return read }
      }
    }

    private func readAll() throws -> [UInt8] {
      var result: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1_000)
      while true {
        let reading = try buffer.withUnsafeMutableBytes {
          try session.read(into: $0.baseAddress.unwrapped(), count: $0.count)
        }
        guard case .bytes(let count) = reading else { return result }
        result += buffer.prefix(count)
      }
    }
  }

  private static func options(
    _ certificates: TestCertificates, _ asked: TLSOptions.ClientCertificates = .none
  ) -> TLSOptions {
    var options = TLSOptions(
      certificateFile: certificates.path("server"), keyFile: certificates.path("server"))
    options.clientCertificates = asked
    options.clientAuthorityFile = certificates.path("authority")
    return options
  }

  private static func pair(
    _ certificates: TestCertificates, _ asked: TLSOptions.ClientCertificates = .none,
    client: String? = nil, newest: Int32 = TLS1_3_VERSION, chunk: Int = .max
  ) throws -> Pair {
    Pair(
      client: try TLSClient(
        authority: certificates.path("authority"), certificate: client.map(certificates.path),
        newest: newest),
      session: try TLSSession(TLSContext(options(certificates, asked))).unwrapped(), chunk: chunk)
  }

  @Test(
    "G61: what a client says arrives, a byte at a time too",
    arguments: [
      TLS1_2_VERSION, TLS1_3_VERSION,
    ])
  func fragments(newest: Int32) async throws {
    let certificates = try await TestCertificates.shared
    for chunk in [1, 7, 1_000, .max] {
      let pair = try Self.pair(certificates, newest: newest, chunk: chunk)
      _ = try pair.exchange()
      #expect(pair.session.isEstablished && pair.client.isEstablished)
      #expect(pair.client.serverName == "server")
      let said = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
      #expect(pair.client.write(said))
      #expect(try pair.exchange() == said)
    }
  }

  @Test("G61: what we say arrives, in records of at most 16 KiB")
  func replies() async throws {
    let pair = try Self.pair(try await TestCertificates.shared)
    _ = try pair.exchange()
    let said = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    var rest = ByteSlice(said)
    var heard: [UInt8] = []
    while !rest.isEmpty {
      let count = try pair.session.write(rest)
      #expect(count <= TLSSession.recordBytesMax)
      rest = rest.slice(count..<rest.count)
      pair.client.receive(Array(pair.session.takeOutput()))
      heard += pair.client.read()
    }
    #expect(heard == said)
  }

  @Test("G61: versions before 1.2 are refused")
  func old() async throws {
    let pair = try Self.pair(try await TestCertificates.shared, newest: TLS1_1_VERSION)
    // The client may refuse to begin, by its own rules.
    #expect(throws: (any Error).self) {
      _ = try pair.exchange()
      guard pair.session.isEstablished else { throw Missing() }
    }
  }

  @Test("G61: a client is who its certificate says", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func clientCertificate(newest: Int32) async throws {
    let certificates = try await TestCertificates.shared
    for asked in [TLSOptions.ClientCertificates.requested, .required] {
      let pair = try Self.pair(certificates, asked, client: "client", newest: newest)
      _ = try pair.exchange()
      #expect(pair.session.peerName == "O=Varve,CN=alice")
    }
    let optional = try Self.pair(certificates, .requested, newest: newest)
    _ = try optional.exchange()
    #expect(optional.session.isEstablished)
    #expect(optional.session.peerName == nil)
  }

  @Test(
    "G61: a client without a certificate, or with one that is not trusted, is refused",
    arguments: [nil, "stranger", "expired", "server"] as [String?],
    [TLS1_2_VERSION, TLS1_3_VERSION])
  func refused(client: String?, newest: Int32) async throws {
    // A server's certificate without a word on its use is one for any use.
    guard client != "server" else { return }
    let pair = try Self.pair(
      try await TestCertificates.shared, .required, client: client, newest: newest)
    #expect(throws: TLSError.self) { try pair.exchange() }
    #expect(pair.session.peerName == nil)
  }

  @Test func `the end that a client says is the end`() async throws {
    let pair = try Self.pair(try await TestCertificates.shared)
    _ = try pair.exchange()
    pair.client.close()
    pair.session.receive(ByteSlice(pair.client.takeOutput()))
    var byte: UInt8 = 0
    #expect(try pair.session.read(into: &byte, count: 1) == .ended)
  }

  @Test("G27: what is no handshake is refused", arguments: 1...50 as ClosedRange<UInt64>)
  func garbage(seed: UInt64) async throws {
    let certificates = try await TestCertificates.shared
    let pair = try Self.pair(certificates)
    _ = pair.client.read()
    var generator = SeededGenerator(seed: seed)
    var hello = pair.client.takeOutput()
    switch seed % 3 {
    case 0: hello = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    case 1: hello = Array("\u{16}\u{3}\u{1}".utf8) + Array(repeating: 0xFF, count: 40_000)
    default:
      for _ in 0..<8 {
        let index = Int.random(in: 0..<60, using: &generator)
        hello[index] = UInt8.random(in: 0...255, using: &generator)
      }
    }
    pair.session.receive(ByteSlice(hello))
    var buffer = [UInt8](repeating: 0, count: 1_000)
    // It fails, or waits for the rest of what it was promised; nothing comes through.
    let reading = try? pair.session.read(into: &buffer, count: buffer.count)
    #expect(reading == nil || reading == .wantsMore)
    #expect(!pair.session.isEstablished)
  }

  @Test("G61: a record that was changed on its way ends the session")
  func tampered() async throws {
    let pair = try Self.pair(try await TestCertificates.shared)
    _ = try pair.exchange()
    #expect(pair.client.write(Array(repeating: 1, count: 100)))
    var sent = pair.client.takeOutput()
    sent[50] ^= 1
    pair.session.receive(ByteSlice(sent))
    var buffer = [UInt8](repeating: 0, count: 1_000)
    #expect(throws: TLSError.self) {
      try pair.session.read(into: &buffer, count: buffer.count)
    }
  }

  @Test func `files that cannot be used are named`() async throws {
    let certificates = try await TestCertificates.shared
    for (change, part) in [
      ({ $0.certificateFile = "/nowhere.pem" }, "/nowhere.pem"),
      ({ $0.keyFile = certificates.path("client") }, "client.pem"),
      ({ $0.clientAuthorityFile = nil }, "authorities"),
      ({ $0.clientAuthorityFile = "/nowhere.pem" }, "/nowhere.pem"),
    ] as [((inout TLSOptions) -> Void, String)] {
      var options = Self.options(certificates, .required)
      change(&options)
      let error = #expect(throws: TLSError.self) { try TLSContext(options) }
      #expect(error?.description.contains(part) == true)
    }
  }
}
