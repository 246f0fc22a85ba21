package import VarveSecurity

/// The keys that tokens are signed with: a JWK Set (RFC 7517, section 5).
///
/// Keys that are of no use here are passed over, as the RFC asks: of other types (secrets among
/// them), for encryption, or too weak.
package struct TokenKeySet: Sendable {
  private struct Entry: Sendable {
    let id: String?
    /// The one algorithm that the key is for, if it says so.
    let algorithm: String?
    let key: SignatureKey
  }

  private let entries: [Entry]

  /// - Throws: `.security` for bytes that are no set, or one without a key that can be used.
  package init(_ bytes: [UInt8]) throws(NetworkError) {
    let value: JSONValue
    do throws(JSONReader.Fault) { value = try JSONReader.value(of: bytes) } catch {
      throw NetworkError(.security, "the keys of tokens are not JSON: \(error)")
    }
    guard let keys = value.object?["keys"]?.array else {
      throw NetworkError(.security, "the keys of tokens are no JWK Set: there is no list 'keys'")
    }
    entries = keys.compactMap { $0.object.flatMap(Self.entry) }
    guard !entries.isEmpty else {
      throw NetworkError(
        .security,
        "there is no key among \(keys.count) that tokens could be checked with: RSA of 2,048 bits "
          + "or more, or EC of the curves P-256, P-384 and P-521")
    }
    let ids = entries.compactMap(\.id)
    guard Set(ids).count == ids.count else {
      throw NetworkError(.security, "two keys of tokens have the same 'kid'")
    }
  }

  package var count: Int { entries.count }

  /// The key that a token names: one without a name is that of the only key for its algorithm.
  package func key(named id: String?, for algorithm: SignatureAlgorithm) -> SignatureKey? {
    let fitting = entries.filter {
      $0.key.type == algorithm.keyType && ($0.algorithm ?? algorithm.rawValue) == algorithm.rawValue
        && (id == nil || $0.id == id)
    }
    return fitting.count == 1 ? fitting[0].key : nil
  }

  /// Nil for a key that signatures are not checked with.
  private static func entry(_ members: [String: JSONValue]) -> Entry? {
    guard members["use"].map({ $0.text == "sig" }) ?? true,
      members["key_ops"].map({ $0.texts?.contains("verify") ?? false }) ?? true,
      members["kid"].map({ $0.text != nil }) ?? true,
      members["alg"].map({ $0.text != nil }) ?? true, let key = key(members)
    else { return nil }
    return Entry(id: members["kid"]?.text, algorithm: members["alg"]?.text, key: key)
  }

  private static func key(_ members: [String: JSONValue]) -> SignatureKey? {
    switch members["kty"]?.text {
    case "RSA":
      guard let modulus = bytes(members["n"]), let exponent = bytes(members["e"]) else {
        return nil
      }
      return SignatureKey(modulus: modulus, exponent: exponent)
    case "EC":
      guard let x = bytes(members["x"]), let y = bytes(members["y"]),
        let curve = members["crv"]?.text.flatMap({ SignatureAlgorithm.KeyType(rawValue: $0) })
      else { return nil }
      return SignatureKey(curve: curve, x: x, y: y)
    default: return nil
    }
  }

  private static func bytes(_ value: JSONValue?) -> [UInt8]? {
    value?.text.flatMap { Base64.decodeForURL(Array($0.utf8)) }
  }
}
