/// What a client's connections are encrypted with. Files are PEM (RFC 7468).
package struct TLSClientOptions: Sendable {
  /// The authorities whose certificates are accepted from servers; nil: the system's.
  package var authorityFile: String?
  /// The client's own certificate, where servers ask for one.
  package var certificateFile: String?
  /// Its key, without a password; nil: in the same file.
  package var keyFile: String?

  package init() {}
}
