internal import VarveBase
internal import VarveProtocol
package import VarveSecurity

/// What the broker keeps of a password: enough to check a proof of it, not enough to give one
/// (RFC 5802, section 3).
package struct ScramCredential: Equatable, Sendable {
  package let salt: [UInt8]
  package let iterations: Int32
  /// `H(HMAC(SaltedPassword, "Client Key"))`
  package let storedKey: [UInt8]
  /// `HMAC(SaltedPassword, "Server Key")`
  package let serverKey: [UInt8]

  /// What `Hi(password, salt, iterations)` becomes.
  package init(
    saltedPassword: [UInt8], salt: [UInt8], iterations: Int32, _ function: HashFunction
  ) {
    self.salt = salt
    self.iterations = iterations
    let clientKey = function.mac(of: Array("Client Key".utf8), key: saltedPassword)
    storedKey = function.hash(clientKey)
    serverKey = function.mac(of: Array("Server Key".utf8), key: saltedPassword)
  }

  package init(salt: [UInt8], iterations: Int32, storedKey: [UInt8], serverKey: [UInt8]) {
    self.salt = salt
    self.iterations = iterations
    self.storedKey = storedKey
    self.serverKey = serverKey
  }

  init(_ record: UserScramCredentialRecord) {
    self.init(
      salt: Array(record.salt), iterations: record.iterations,
      storedKey: Array(record.storedKey), serverKey: Array(record.serverKey))
  }
}
