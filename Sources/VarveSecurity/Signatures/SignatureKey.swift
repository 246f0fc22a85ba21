internal import COpenSSL

/// A public key, with which OpenSSL checks signatures.
@safe
package final class SignatureKey: @unchecked Sendable {
  // Safety: set by `init` alone; OpenSSL lets any thread check with the same key.
  private let key: OpaquePointer
  package let type: SignatureAlgorithm.KeyType

  /// RSA keys of fewer bits are guessed too easily (RFC 7518, section 3.3).
  private static let modulusBytesMin = 256
  /// Larger ones only keep the processor busy.
  private static let modulusBytesMax = 1_024

  /// Nil for numbers that are no key, or one that is too weak.
  package convenience init?(modulus: [UInt8], exponent: [UInt8]) {
    let digits = modulus.drop { $0 == 0 }
    guard (Self.modulusBytesMin...Self.modulusBytesMax).contains(digits.count),
      digits.first.map({ $0 >= 0x80 }) ?? false || digits.count > Self.modulusBytesMin,
      (1...8).contains(exponent.count)
    else { return nil }
    let algorithm = DER.sequence(DER.objectIdentifier(Self.rsaEncryption), DER.null)
    let numbers = DER.sequence(DER.integer(modulus), DER.integer(exponent))
    self.init(DER.sequence(algorithm, DER.bitString(numbers)), .rsa)
  }

  /// Nil for a point that is not on the curve.
  package convenience init?(curve: SignatureAlgorithm.KeyType, x: [UInt8], y: [UInt8]) {
    guard let count = curve.coordinateByteCount, x.count == count, y.count == count,
      let identifier = Self.identifiers[curve]
    else { return nil }
    let algorithm = DER.sequence(
      DER.objectIdentifier(Self.ellipticKey), DER.objectIdentifier(identifier))
    self.init(DER.sequence(algorithm, DER.bitString([4] + x + y)), curve)
  }

  private init?(_ encoded: [UInt8], _ type: SignatureAlgorithm.KeyType) {
    let key = unsafe encoded.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      return unsafe d2i_PUBKEY(nil, &next, buffer.count)
    }
    guard let key = unsafe key else {
      ERR_clear_error()
      return nil
    }
    unsafe self.key = key
    self.type = type
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// Whether the owner of the key has signed `message`, with this algorithm.
  package func verifies(
    _ signature: [UInt8], of message: [UInt8], _ algorithm: SignatureAlgorithm
  ) -> Bool {
    guard algorithm.keyType == type, let encoded = encoded(signature),
      let context = unsafe EVP_MD_CTX_new()
    else { return false }
    defer {
      unsafe EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    guard unsafe EVP_DigestVerifyInit(context, nil, digest(of: algorithm), nil, key) == 1 else {
      return false
    }
    return unsafe EVP_DigestVerify(context, encoded, encoded.count, message, message.count) == 1
  }

  /// A signature as OpenSSL takes it: ECDSA's two numbers stand side by side in tokens.
  private func encoded(_ signature: [UInt8]) -> [UInt8]? {
    guard let count = type.coordinateByteCount else { return signature }
    guard signature.count == 2 * count else { return nil }
    return DER.sequence(
      DER.integer(signature.prefix(count)), DER.integer(signature.dropFirst(count)))
  }

  private func digest(of algorithm: SignatureAlgorithm) -> OpaquePointer? {
    switch algorithm {
    case .rs256, .es256: unsafe EVP_sha256()
    case .rs384, .es384: unsafe EVP_sha384()
    case .rs512, .es512: unsafe EVP_sha512()
    }
  }

  // Names of algorithms and curves in DER (RFC 3279, RFC 5480).
  private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]
  private static let ellipticKey: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]
  private static let identifiers: [SignatureAlgorithm.KeyType: [UInt8]] = [
    .p256: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7], .p384: [0x2B, 0x81, 0x04, 0, 0x22],
    .p521: [0x2B, 0x81, 0x04, 0, 0x23],
  ]
}
