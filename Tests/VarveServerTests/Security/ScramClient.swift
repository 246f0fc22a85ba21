import VarveBase
import VarveProtocol
import VarveServer
import VarveSecurity

/// The client's side of SCRAM, as RFC 5802 writes it down.
struct ScramClient {
  let mechanism: ScramMechanism
  let user: String
  let password: String
  var nonce = "fyko+d2lbbFgONRv9qkxdawL"
  var header = "n,,"

  var firstBare: String { "n=\(user),r=\(nonce)" }
  var first: [UInt8] { Array((header + firstBare).utf8) }

  /// The answer to a challenge.
  func final(_ challenge: [UInt8]) throws -> [UInt8] {
    let text = String(decoding: challenge, as: UTF8.self)
    let parts = text.split(separator: ",").map { $0.dropFirst(2) }
    let salt = try Base64.bytes(parts[1])
    let iterations = try Int(parts[2]).unwrapped()
    let salted = Self.hi(password, salt: salt, iterations: iterations, mechanism.function)
    let clientKey = mechanism.function.mac(of: Array("Client Key".utf8), key: salted)
    let storedKey = mechanism.function.hash(clientKey)
    let withoutProof = "c=\(Base64.encode(Array(header.utf8))),r=\(parts[0])"
    let signature = mechanism.function.mac(
      of: Array("\(firstBare),\(text),\(withoutProof)".utf8), key: storedKey)
    let proof = zip(clientKey, signature).map { $0 ^ $1 }
    return Array("\(withoutProof),p=\(Base64.encode(proof))".utf8)
  }

  /// `Hi`, which is PBKDF2 with one block.
  static func hi(
    _ password: String, salt: [UInt8], iterations: Int, _ function: HashFunction
  ) -> [UInt8] {
    var block = function.mac(of: salt + [0, 0, 0, 1], key: Array(password.utf8))
    var result = block
    for _ in 1..<iterations {
      block = function.mac(of: block, key: Array(password.utf8))
      for index in result.indices { result[index] ^= block[index] }
    }
    return result
  }
}

/// What a test counts on is not there.
struct Missing: Error {}

extension Optional {
  func unwrapped() throws -> Wrapped {
    guard let self else { throw Missing() }
    return self
  }
}

extension Base64 {
  static func bytes(_ text: some StringProtocol) throws -> [UInt8] {
    try decode(Array(text.utf8)).unwrapped()
  }
}

extension UserScramCredentialRecord {
  /// As a broker keeps it.
  init(
    _ user: String, _ password: String, _ mechanism: ScramMechanism, salt: [UInt8],
    iterations: Int32 = 4_096
  ) {
    let salted = ScramClient.hi(
      password, salt: salt, iterations: Int(iterations), mechanism.function)
    let credential = ScramCredential(
      saltedPassword: salted, salt: salt, iterations: iterations, mechanism.function)
    self.init()
    name = user
    self.mechanism = mechanism.rawValue
    self.iterations = iterations
    self.salt = ByteSlice(salt)
    storedKey = ByteSlice(credential.storedKey)
    serverKey = ByteSlice(credential.serverKey)
  }
}

extension ScramCredentials {
  /// Those of a few users.
  init(_ records: [UserScramCredentialRecord]) {
    self.init(secret: Array(repeating: 7, count: 64)) { mechanism in
      records.first { $0.mechanism == mechanism.rawValue }
    } lookup: { user, mechanism in
      records.first { $0.name == user && $0.mechanism == mechanism.rawValue }
    }
  }
}
