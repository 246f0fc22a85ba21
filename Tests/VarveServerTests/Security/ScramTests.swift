import Testing
import VarveProtocol
import VarveServer
import VarveSecurity

/// Goal: the server's side of SCRAM says what the RFCs say, and nobody gets in without the
/// password. Method: the exchange of RFC 7677, and the same for SHA-512 as Python's `hashlib` and
/// `hmac` compute it; then damage.
@Suite struct ScramTests {
  static let serverNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

  struct Vector: CustomTestStringConvertible, Sendable {
    let mechanism: ScramMechanism
    let proof: String
    let signature: String
    var testDescription: String { "\(mechanism)" }

    var final: String { "c=biws,r=rOprNGfwEbeRWgbNEkqO\(serverNonce),p=\(proof)" }
  }

  static let vectors = [
    Vector(
      mechanism: .sha256, proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      signature: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
    Vector(
      mechanism: .sha512,
      proof: "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJ"
        + "Q==",
      signature: "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR"
        + "7N7Zw=="),
  ]

  /// The users of the vectors, made once: it takes a while.
  static let credentials = ScramCredentials(
    ScramMechanism.allCases.map { mechanism in
      UserScramCredentialRecord(
        "user", "pencil", mechanism,
        salt: Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==".utf8) ?? [])
    })

  private static func begun(_ mechanism: ScramMechanism) throws -> ScramExchange {
    var exchange = ScramExchange(mechanism, credentials, nonce: serverNonce)
    _ = try exchange.take(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    return exchange
  }

  @Test("G61: the exchange of RFC 7677 goes as it is printed there", arguments: vectors)
  func exchange(vector: Vector) throws {
    var exchange = ScramExchange(vector.mechanism, Self.credentials, nonce: Self.serverNonce)
    let challenge = try exchange.take(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    let expected = "r=rOprNGfwEbeRWgbNEkqO\(Self.serverNonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    #expect(challenge == .challenge(Array(expected.utf8)))
    let answer = try exchange.take(Array(vector.final.utf8))
    #expect(answer == .proved(user: "user", Array("v=\(vector.signature)".utf8)))
  }

  @Test("G61: a final message with any bit changed proves nothing", arguments: vectors)
  func damaged(vector: Vector) throws {
    let begun = try Self.begun(vector.mechanism)
    let final = Array(vector.final.utf8)
    for index in final.indices {
      for bit in 0..<8 {
        var damaged = final
        damaged[index] ^= 1 << bit
        var exchange = begun
        #expect(throws: SaslRefusal.self, "bit \(bit) of byte \(index)") {
          try exchange.take(damaged)
        }
      }
    }
  }

  @Test("G61: a final message that is cut short proves nothing", arguments: vectors)
  func cut(vector: Vector) throws {
    let begun = try Self.begun(vector.mechanism)
    let final = Array(vector.final.utf8)
    for count in final.indices {
      var exchange = begun
      #expect(throws: SaslRefusal.self) { try exchange.take(Array(final.prefix(count))) }
    }
  }

  @Test(
    "G61: a first message that is none is refused",
    arguments: [
      "", ",", ",,", "n,,", "n,,n=user", "n,,r=abc", "n,,n=,r=abc", "n,,n=user,r=",
      "n,,r=abc,n=user", "p=tls-unique,,n=user,r=abc", "n,,m=ext,n=user,r=abc", "x,,n=user,r=abc",
      "n,a=root,n=user,r=abc", "n,user,n=user,r=abc", "n,,n=us=er,r=abc", "n,,n=us=2,r=abc",
      "n,,n=us=2c,r=abc", "n,,n=user,r=a b", "n,,n=us\u{0}er,r=abc", "n=user,r=abc",
    ])
  func malformed(message: String) throws {
    var exchange = ScramExchange(.sha256, Self.credentials, nonce: Self.serverNonce)
    #expect(throws: SaslRefusal.self) { try exchange.take(Array(message.utf8)) }
    // There is no second try on the same exchange.
    #expect(throws: SaslRefusal.self) {
      try exchange.take(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    }
  }

  @Test func `bytes that are no text are refused, and so is more than anybody needs`() {
    for message in [
      Array("n,,n=".utf8) + [0xFF, 0xFE] + Array(",r=abc".utf8),
      Array("n,,n=user,r=".utf8) + Array(repeating: 0x61, count: 5_000),
    ] {
      var exchange = ScramExchange(.sha256, Self.credentials, nonce: Self.serverNonce)
      #expect(throws: SaslRefusal.self) { try exchange.take(message) }
    }
  }

  @Test func `a name with a comma and an equals sign is that name`() throws {
    let name = "a,b=c"
    let record = UserScramCredentialRecord(name, "pencil", .sha256, salt: [1, 2, 3])
    var exchange = ScramExchange(.sha256, ScramCredentials([record]), nonce: "xyz")
    let client = ScramClient(mechanism: .sha256, user: "a=2Cb=3Dc", password: "pencil")
    guard case .challenge(let challenge) = try exchange.take(client.first) else {
      throw Missing()
    }
    guard case .proved(let user, _, _) = try exchange.take(client.final(challenge)) else {
      throw Missing()
    }
    #expect(user == name)
  }

  @Test func `who may act for nobody else may still name itself twice`() throws {
    var exchange = ScramExchange(.sha256, Self.credentials, nonce: "xyz")
    var client = ScramClient(mechanism: .sha256, user: "user", password: "pencil")
    client.header = "y,a=user,"
    guard case .challenge(let challenge) = try exchange.take(client.first) else {
      throw Missing()
    }
    let answer = try exchange.take(client.final(challenge))
    guard case .proved(let user, _, _) = answer else { throw Missing() }
    #expect(user == "user")
  }
}

/// Goal: who tries names learns nothing. Method: the same questions about a user and about nobody;
/// what is answered differs in what differs between users.
@Suite struct UnknownUserTests {
  private static func outcome(
    _ user: String, _ mechanism: ScramMechanism = .sha256
  ) throws -> (challenge: [String], refusal: SaslRefusal?) {
    var exchange = ScramExchange(mechanism, ScramTests.credentials, nonce: "xyz")
    let client = ScramClient(mechanism: mechanism, user: user, password: "wrong")
    guard case .challenge(let challenge) = try exchange.take(client.first) else {
      throw Missing()
    }
    let parts = String(decoding: challenge, as: UTF8.self).split(separator: ",").map(String.init)
    do throws(SaslRefusal) {
      _ = try exchange.take((try? client.final(challenge)) ?? [])
      return (parts, nil)
    } catch { return (parts, error) }
  }

  @Test("G61: an unknown user is asked as a known one, and fails as a wrong password does")
  func indistinguishable() throws {
    let known = try Self.outcome("user")
    let unknown = try Self.outcome("nobody")
    #expect(unknown.challenge[0] == known.challenge[0])
    #expect(unknown.challenge[1].count == known.challenge[1].count)
    #expect(unknown.challenge[2] == known.challenge[2])
    #expect(known.refusal?.reason != nil)
    #expect(unknown.refusal?.reason == known.refusal?.reason)
  }

  @Test func `an unknown user has the same salt each time, and another than others`() throws {
    let salts = try ["nobody", "nobody", "somebody"].map { try Self.outcome($0).challenge[1] }
    #expect(salts[0] == salts[1])
    #expect(salts[0] != salts[2])
    #expect(try Self.outcome("nobody", .sha512).challenge[1] != salts[0])
  }

  @Test func `where there are no users everybody is asked all the same`() throws {
    var exchange = ScramExchange(.sha512, ScramCredentials([]), nonce: "xyz")
    let client = ScramClient(mechanism: .sha512, user: "nobody", password: "")
    guard case .challenge(let challenge) = try exchange.take(client.first) else {
      throw Missing()
    }
    #expect(String(decoding: challenge, as: UTF8.self).hasSuffix(",i=4096"))
    #expect(throws: SaslRefusal.self) { try exchange.take(client.final(challenge)) }
  }
}
