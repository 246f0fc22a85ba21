/// The one message of PLAIN (RFC 4616): whom the client wants to act for, who it is, and its
/// password, with a zero byte between them.
package struct PlainMessage: Equatable, Sendable {
  package let user: String
  package let password: [UInt8]

  package init(_ bytes: [UInt8]) throws(SaslRefusal) {
    let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw SaslRefusal("a PLAIN message has three parts") }
    guard let user = String(validating: parts[1], as: UTF8.self), !user.isEmpty else {
      throw SaslRefusal("a PLAIN message names no user")
    }
    guard parts[0].isEmpty || parts[0] == parts[1] else {
      throw SaslRefusal("it wants to act for somebody else", user: user)
    }
    guard !parts[2].isEmpty else { throw SaslRefusal("it gives no password", user: user) }
    self.user = user
    password = Array(parts[2])
  }
}
