internal import COpenSSL

/// A certificate with its key, and what is asked of clients: what sessions are made from.
///
/// TLS 1.2 and 1.3, with ciphers that keep what was recorded secret though the key is stolen later.
/// A session ends with its connection: none is resumed without a look at the certificates.
@safe
package final class TLSContext: @unchecked Sendable {
  // Safety: set up by `init` alone; OpenSSL lets any thread make sessions of it.
  let pointer: OpaquePointer

  /// Reads the files. Throws `.security`.
  package init(_ options: TLSOptions) throws(NetworkError) {
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw NetworkError(.security, TLSError("TLS cannot be set up").description)
    }
    unsafe pointer = context
    try setUp()
    try loadCertificate(options)
    try askClients(options)
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  private func setUp() throws(NetworkError) {
    unsafe SSL_CTX_set_options(pointer, varve_tls_options)
    unsafe SSL_CTX_set_num_tickets(pointer, 0)
    unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    // Connections that are silent hold no buffers.
    unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
    let oldest = unsafe SSL_CTX_ctrl(
      pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    let ciphers = unsafe SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20")
    guard oldest == 1, ciphers == 1 else { throw fault("TLS cannot be set up") }
    // A key with a password is refused: OpenSSL would ask for it at the terminal.
    unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in -1 }
  }

  private func loadCertificate(_ options: TLSOptions) throws(NetworkError) {
    guard unsafe SSL_CTX_use_certificate_chain_file(pointer, options.certificateFile) == 1 else {
      throw fault("the certificate in \(options.certificateFile) cannot be used")
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(pointer, options.keyFile, SSL_FILETYPE_PEM) == 1,
      unsafe SSL_CTX_check_private_key(pointer) == 1
    else {
      throw fault(
        "the key in \(options.keyFile) cannot be used with the certificate in "
          + options.certificateFile)
    }
  }

  private func askClients(_ options: TLSOptions) throws(NetworkError) {
    guard options.clientCertificates != .none else { return }
    guard let file = options.clientAuthorityFile else {
      throw NetworkError(
        .security,
        "clients are asked for certificates, and no file says which authorities are trusted")
    }
    let names = unsafe SSL_load_client_CA_file(file)
    guard unsafe names != nil, unsafe SSL_CTX_load_verify_locations(pointer, file, nil) == 1 else {
      throw fault("the authorities in \(file) cannot be used")
    }
    unsafe SSL_CTX_set_client_CA_list(pointer, names)
    let must = options.clientCertificates == .required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
    unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | must, nil)
  }

  private func fault(_ what: String) -> NetworkError {
    NetworkError(.security, TLSError(what).description)
  }
}
