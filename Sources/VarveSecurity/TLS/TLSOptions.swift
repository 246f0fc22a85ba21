/// What the connections of a listener are encrypted with. Files are PEM (RFC 7468).
package struct TLSOptions: Sendable {
  /// The server's certificate, and after it those that lead to an authority which clients know.
  package var certificateFile: String
  /// The key of the certificate, without a password. May be the same file.
  package var keyFile: String
  package var clientCertificates = ClientCertificates.none
  /// The authorities whose certificates are accepted from clients.
  package var clientAuthorityFile: String?

  package init(certificateFile: String, keyFile: String) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }

  /// Whether clients prove with a certificate who they are (`ssl.client.auth`).
  package enum ClientCertificates: Sendable {
    case none
    /// One that is sent is checked; none may be sent.
    case requested
    case required
  }
}
