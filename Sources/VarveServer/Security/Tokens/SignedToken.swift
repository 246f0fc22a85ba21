internal import VarveSecurity

/// A token as it comes: a header, claims and a signature, with dots between them (RFC 7515,
/// section 7.1). Nothing of it is to be believed before the signature was checked.
struct SignedToken {
  let algorithm: SignatureAlgorithm
  /// Which key signed it, as it says.
  let keyID: String?
  let payload: [UInt8]
  let signature: [UInt8]
  /// What is signed.
  let message: [UInt8]

  /// Longer ones are for nobody's good.
  static let byteCountMax = 16 << 10

  init(_ bytes: some Collection<UInt8>) throws(SaslRefusal) {
    guard bytes.count <= Self.byteCountMax else {
      throw SaslRefusal("a token of \(bytes.count) bytes; at most \(Self.byteCountMax)")
    }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw SaslRefusal("a token is not made of three parts") }
    guard let head = Base64.decodeForURL(Array(parts[0])),
      let payload = Base64.decodeForURL(Array(parts[1])),
      let signature = Base64.decodeForURL(Array(parts[2]))
    else { throw SaslRefusal("a token is not written in Base64url") }
    let header = try Self.members(of: head, "header")
    guard let name = header["alg"]?.text, let algorithm = SignatureAlgorithm(rawValue: name) else {
      throw SaslRefusal("a token is signed in a way that is not accepted, or not at all")
    }
    // What an extension means, only those know who know it.
    guard header["crit"] == nil else { throw SaslRefusal("a token has a critical extension") }
    guard header["kid"].map({ $0.text != nil }) ?? true else {
      throw SaslRefusal("a token names its key by something that is no text")
    }
    self.algorithm = algorithm
    keyID = header["kid"]?.text
    self.payload = payload
    self.signature = signature
    message = Array(bytes.prefix(parts[0].count + 1 + parts[1].count))
  }

  /// The members of the object that a part is.
  static func members(
    of bytes: [UInt8], _ part: String
  ) throws(SaslRefusal) -> [String: JSONValue] {
    do throws(JSONReader.Fault) {
      if let members = try JSONReader.value(of: bytes).object { return members }
    } catch { throw SaslRefusal("a token's \(part) is not JSON: \(error)") }
    throw SaslRefusal("a token's \(part) is no object of JSON")
  }
}
