internal import VarveSecurity

/// What a client says first: `n,,n=user,r=nonce` (RFC 5802, section 7).
struct ScramClientFirst {
  /// What stands before the message itself, up to the second comma; it comes back in the final one.
  let header: [UInt8]
  /// The message without its header: a part of what is signed.
  let bare: [UInt8]
  let user: String
  let nonce: [UInt8]

  init(_ message: [UInt8]) throws(SaslRefusal) {
    let parts = message.split(separator: .comma, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw SaslRefusal("a first SCRAM message has no header") }
    // The client may know of channel binding, and think that we don't: we don't.
    guard parts[0].elementsEqual("n".utf8) || parts[0].elementsEqual("y".utf8) else {
      throw SaslRefusal("it wants SCRAM with channel binding")
    }
    bare = Array(parts[2])
    header = Array(message.prefix(message.count - bare.count))
    let attributes = bare.split(separator: .comma, omittingEmptySubsequences: false)
    guard attributes.count >= 2, let name = attributes[0].value(of: "n"),
      let nonce = attributes[1].value(of: "r"), Self.isNonce(nonce)
    else { throw SaslRefusal("a first SCRAM message names no user, or has no nonce") }
    user = try SaslName.decode(name)
    self.nonce = Array(nonce)
    guard !parts[1].isEmpty else { return }
    guard let other = parts[1].value(of: "a"), try SaslName.decode(other) == user else {
      throw SaslRefusal("it wants to act for somebody else", user: user)
    }
  }

  private static func isNonce(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) }
  }
}

/// What a client says last: `c=header,r=nonce,p=proof`.
struct ScramClientFinal {
  /// All before the proof: a part of what is signed.
  let withoutProof: [UInt8]
  /// The header of the first message, once more.
  let header: [UInt8]
  let nonce: [UInt8]
  let proof: [UInt8]

  init(_ message: [UInt8]) throws(SaslRefusal) {
    let attributes = message.split(separator: .comma, omittingEmptySubsequences: false)
    guard attributes.count >= 3, let last = attributes.last, let proof = last.value(of: "p"),
      let header = attributes[0].value(of: "c"), let nonce = attributes[1].value(of: "r"),
      let headerBytes = Base64.decode(header), let proofBytes = Base64.decode(proof)
    else { throw SaslRefusal("a final SCRAM message has no header, nonce or proof") }
    withoutProof = Array(message.prefix(message.count - last.count - 1))
    self.header = headerBytes
    self.nonce = Array(nonce)
    self.proof = proofBytes
  }
}

extension UInt8 {
  fileprivate static let comma = UInt8(ascii: ",")
}

extension ArraySlice<UInt8> {
  /// What stands behind `name=`; nil where it is not that.
  fileprivate func value(of name: Character) -> ArraySlice<UInt8>? {
    guard starts(with: "\(name)=".utf8) else { return nil }
    return dropFirst(2)
  }
}
