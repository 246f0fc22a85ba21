internal import COpenSSL
package import VarveBase

/// The server's side of one TLS connection, without I/O: bytes of the peer come in, its words come
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

  /// Nil where there is no memory for it.
  package init?(_ context: TLSContext) {
    guard let session = unsafe SSL_new(context.pointer) else { return nil }
    guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
    else {
      unsafe SSL_free(session)
      return nil
    }
    unsafe SSL_set_bio(session, incoming, outgoing)
    unsafe SSL_set_accept_state(session)
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
      default: throw TLSError(isEstablished ? "TLS was broken" : "the TLS handshake failed")
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
