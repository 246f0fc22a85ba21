internal import COpenSSL
package import VarveBase

/// One side of a TLS connection, without I/O: bytes of the peer come in, its words come
/// out, and the other way round. On one thread at a time.
@safe
package final class TLSSession {
  private let session: OpaquePointer
  /// What the peer sent, on its way into OpenSSL; the session owns both.
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  /// What the peer sent and OpenSSL has not seen yet. It is handed over little by little, as
  /// OpenSSL keeps as much memory as it ever had at once.
  private var input = ByteSlice()
  private var isSettled = true

  /// The largest record of the protocol, without what goes around it.
  package static let recordBytesMax = 16 << 10

  /// The server's side. Nil where there is no memory for it.
  package convenience init?(_ context: TLSContext) {
    self.init(of: context)
    unsafe SSL_set_accept_state(session)
  }

  /// The client's side. Nil where there is no memory for it.
  ///
  /// - Parameters:
  ///   - context: One for clients.
  ///   - host: The name or the address that is connected to.
  ///   - checksHost: Whether the server's certificate has to be of that host (RFC 9525).
  package convenience init?(_ context: TLSContext, connectingTo host: String, checksHost: Bool) {
    self.init(of: context)
    unsafe SSL_set_connect_state(session)
    let isAddress = unsafe varve_is_address(host) == 1
    if checksHost {
      let isSet =
        unsafe isAddress
        ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host)
        : SSL_set1_host(session, host)
      guard isSet == 1 else { return nil }
    }
    if !isAddress { unsafe varve_set_server_name(session, host) }
  }

  private init?(of context: TLSContext) {
    guard let session = unsafe SSL_new(context.pointer) else { return nil }
    guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
    else {
      unsafe SSL_free(session)
      return nil
    }
    unsafe SSL_set_bio(session, incoming, outgoing)
    unsafe self.session = session
    unsafe self.incoming = incoming
    unsafe self.outgoing = outgoing
  }

  deinit { unsafe SSL_free(session) }

  /// Whether both sides have agreed: nothing that the peer says is read before.
  package var isEstablished: Bool { unsafe SSL_is_init_finished(session) == 1 }

  /// Takes bytes that came from the peer. All before were read.
  package func receive(_ bytes: ByteSlice) {
    precondition(input.isEmpty, "bytes of a TLS session are fed while earlier ones wait")
    input = bytes
    isSettled = false
  }

  /// Keeps what waits in memory of its own.
  package func settle() {
    guard !isSettled else { return }
    isSettled = true
    input = ByteSlice(input.bytes)
  }

  /// Goes on with agreeing as far as what came allows. Whether both sides have agreed.
  package func handshake() throws(TLSError) -> Bool {
    while true {
      ERR_clear_error()
      let result = unsafe SSL_do_handshake(session)
      if result == 1 { return true }
      guard unsafe SSL_get_error(session, result) == SSL_ERROR_WANT_READ else {
        throw handshakeFailure
      }
      guard try feed() else { return false }
    }
  }

  /// Why the two sides did not agree: what is wrong with the peer's certificate, if that is it.
  private var handshakeFailure: TLSError {
    let verdict = unsafe SSL_get_verify_result(session)
    guard verdict != Int(X509_V_OK), let words = unsafe X509_verify_cert_error_string(verdict)
    else {
      return TLSError("the TLS handshake failed")
    }
    let text = unsafe String(cString: words)
    return TLSError(saying: "the certificate is not trusted: \(text)")
  }

  /// What came of reading.
  package enum Reading: Equatable {
    case bytes(Int)
    /// More has to come from the peer first.
    case wantsMore
    /// The peer says no more.
    case ended
  }

  /// Reads what the peer said into memory: one record at a time.
  package func read(
    into base: UnsafeMutableRawPointer, count: Int
  ) throws(TLSError) -> Reading {
    while true {
      ERR_clear_error()
      let result = unsafe SSL_read(session, base, Int32(clamping: count))
      if result > 0 { return .bytes(Int(result)) }
      switch unsafe SSL_get_error(session, result) {
      case SSL_ERROR_WANT_READ: guard try feed() else { return .wantsMore }
      case SSL_ERROR_ZERO_RETURN: return .ended
      default: throw isEstablished ? TLSError("TLS was broken") : handshakeFailure
      }
    }
  }

  /// Hands OpenSSL some of what came. False where there is nothing.
  private func feed() throws(TLSError) -> Bool {
    guard !input.isEmpty else { return false }
    let count = min(input.count, Self.recordBytesMax)
    let taken = unsafe input.withUnsafeBytes {
      unsafe BIO_write(incoming, $0.baseAddress, Int32(count))
    }
    guard taken > 0 else { throw TLSError("there is no memory for TLS") }
    input = input.slice(Int(taken)..<input.count)
    return true
  }

  /// Encrypts the first bytes of `bytes`, and returns how many: a record at most.
  package func write(_ bytes: ByteSlice) throws(TLSError) -> Int {
    let count = min(bytes.count, Self.recordBytesMax)
    guard count > 0 else { return 0 }
    ERR_clear_error()
    let result = unsafe bytes.withUnsafeBytes {
      unsafe SSL_write(session, $0.baseAddress, Int32(count))
    }
    guard result > 0 else { throw TLSError("TLS cannot encrypt") }
    return Int(result)
  }

  /// Tells the peer that nothing comes any more.
  package func close() {
    guard isEstablished else { return }
    unsafe SSL_shutdown(session)
    ERR_clear_error()
  }

  /// What is to be sent to the peer; empty if there is nothing.
  package func takeOutput() -> ByteSlice {
    let count = unsafe BIO_ctrl_pending(outgoing)
    guard count > 0 else { return ByteSlice() }
    let storage = ByteStorage(count: count)
    let taken = unsafe BIO_read(outgoing, storage.base, Int32(clamping: count))
    return unsafe ByteSlice(
      unsafeBase: UnsafeRawPointer(storage.base), count: max(0, Int(taken)), owner: storage)
  }

  /// The subject of the certificate that the peer has proved to own, as RFC 2253 writes it; nil if
  /// it has sent none.
  package var peerName: String? {
    guard isEstablished, let certificate = unsafe SSL_get1_peer_certificate(session) else {
      return nil
    }
    defer { unsafe X509_free(certificate) }
    guard let text = unsafe BIO_new(BIO_s_mem()) else { return nil }
    defer { unsafe BIO_free(text) }
    let name = unsafe X509_get_subject_name(certificate)
    guard unsafe X509_NAME_print_ex(text, name, 0, varve_name_flags) >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(unsafe BIO_ctrl_pending(text)))
    let count = unsafe BIO_read(text, &bytes, Int32(clamping: bytes.count))
    return String(validating: bytes.prefix(max(0, Int(count))), as: UTF8.self)
  }
}
