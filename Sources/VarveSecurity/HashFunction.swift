internal import COpenSSL

/// The hash functions of SCRAM, as OpenSSL computes them.
package enum HashFunction: Sendable {
  case sha256
  case sha512

  /// The length of a digest, in bytes.
  package var byteCount: Int {
    switch self {
    case .sha256: 32
    case .sha512: 64
    }
  }

  /// The digest of `bytes` (FIPS 180-4).
  package func hash(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: byteCount)
    let result = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, algorithm, nil)
    // It takes any bytes: what fails is the library's own set-up.
    precondition(result == 1, "OpenSSL cannot compute \(self)")
    return digest
  }

  /// The code that authenticates `message` to whoever has the key: HMAC (RFC 2104).
  package func mac(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: byteCount)
    let result = unsafe HMAC(
      algorithm, key, Int32(key.count), message, message.count, &code, nil)
    let isComputed = unsafe result != nil
    precondition(isComputed, "OpenSSL cannot compute HMAC with \(self)")
    return code
  }

  /// A password that is made hard to guess: `Hi` of RFC 5802, which is PBKDF2 (RFC 8018).
  package func salted(_ password: [UInt8], salt: [UInt8], iterations: Int32) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: byteCount)
    let letters = password.map { CChar(bitPattern: $0) }
    let outcome = unsafe PKCS5_PBKDF2_HMAC(
      letters, Int32(letters.count), salt, Int32(salt.count), iterations, algorithm,
      Int32(result.count), &result)
    precondition(outcome == 1, "OpenSSL cannot compute PBKDF2 with \(self)")
    return result
  }

  /// Whether two secrets are equal, in a time that does not tell where they differ.
  package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
  }

  private var algorithm: OpaquePointer? {
    switch self {
    case .sha256: unsafe EVP_sha256()
    case .sha512: unsafe EVP_sha512()
    }
  }
}
