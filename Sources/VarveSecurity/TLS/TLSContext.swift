internal import COpenSSL

/// What sessions are made from: certificates and keys of ours, and what is asked of peers.
///
/// TLS 1.2 and 1.3, with ciphers that keep what was recorded secret though the key is stolen later.
/// A session ends with its connection: none is resumed without a look at the certificates.
@safe
package final class TLSContext: @unchecked Sendable {
  // Safety: set up by `init` alone; OpenSSL lets any thread make sessions of it.
  let pointer: OpaquePointer

  /// For servers. Reads the files.
  package convenience init(_ options: TLSOptions) throws(TLSError) {
    unsafe try self.init(TLS_server_method())
    try loadCertificate(options.certificateFile, key: options.keyFile)
    try askClients(options)
  }

  /// For clients. Reads the files; without a file of authorities the system's are trusted.
  package convenience init(_ options: TLSClientOptions) throws(TLSError) {
    unsafe try self.init(TLS_client_method())
    if let file = options.authorityFile {
      guard unsafe SSL_CTX_load_verify_locations(pointer, file, nil) == 1 else {
        throw TLSError("the authorities in \(file) cannot be used")
      }
    } else {
      guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
        throw TLSError("the system's authorities cannot be used")
      }
    }
    unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    if let file = options.certificateFile {
      try loadCertificate(file, key: options.keyFile ?? file)
    }
  }

  private init(_ method: OpaquePointer?) throws(TLSError) {
    guard let context = unsafe SSL_CTX_new(method) else { throw TLSError("TLS cannot be set up") }
    unsafe pointer = context
    try setUp()
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  private func setUp() throws(TLSError) {
    unsafe SSL_CTX_set_options(pointer, varve_tls_options)
    unsafe SSL_CTX_set_num_tickets(pointer, 0)
    unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    // Connections that are silent hold no buffers.
    unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
    let oldest = unsafe SSL_CTX_ctrl(
      pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    let ciphers = unsafe SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20")
    guard oldest == 1, ciphers == 1 else { throw TLSError("TLS cannot be set up") }
    // A key with a password is refused: OpenSSL would ask for it at the terminal.
    unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in -1 }
  }

  private func loadCertificate(_ file: String, key: String) throws(TLSError) {
    guard unsafe SSL_CTX_use_certificate_chain_file(pointer, file) == 1 else {
      throw TLSError("the certificate in \(file) cannot be used")
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) == 1,
      unsafe SSL_CTX_check_private_key(pointer) == 1
    else { throw TLSError("the key in \(key) cannot be used with the certificate in \(file)") }
  }

  private func askClients(_ options: TLSOptions) throws(TLSError) {
    guard options.clientCertificates != .none else { return }
    guard let file = options.clientAuthorityFile else {
      throw TLSError(
        saying: "clients are asked for certificates, and no file says which authorities are trusted"
      )
    }
    let names = unsafe SSL_load_client_CA_file(file)
    guard unsafe names != nil, unsafe SSL_CTX_load_verify_locations(pointer, file, nil) == 1 else {
      throw TLSError("the authorities in \(file) cannot be used")
    }
    unsafe SSL_CTX_set_client_CA_list(pointer, names)
    let must = options.clientCertificates == .required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
    unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | must, nil)
  }
}
