import COpenSSL
import VarveBase

/// OpenSSL's own client, over memory.
final class TLSClient {
  private let context: OpaquePointer
  private let session: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  /// Why OpenSSL gave up.
  private(set) var failure: UInt?

  init(authority: String, certificate: String? = nil, newest: Int32 = TLS1_3_VERSION) throws {
    context = try SSL_CTX_new(TLS_client_method()).unwrapped()
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(newest), nil)
    var isSet = SSL_CTX_load_verify_locations(context, authority, nil) == 1
    if let certificate {
      isSet = isSet && SSL_CTX_use_certificate_chain_file(context, certificate) == 1
      isSet = isSet && SSL_CTX_use_PrivateKey_file(context, certificate, SSL_FILETYPE_PEM) == 1
    }
    session = try SSL_new(context).unwrapped()
    incoming = try BIO_new(BIO_s_mem()).unwrapped()
    outgoing = try BIO_new(BIO_s_mem()).unwrapped()
    SSL_set_bio(session, incoming, outgoing)
    SSL_set_connect_state(session)
    guard isSet else { throw Missing() }
  }

  deinit {
    SSL_free(session)
    SSL_CTX_free(context)
  }

  var isEstablished: Bool { SSL_is_init_finished(session) == 1 }

  /// The common name of the server.
  var serverName: String {
    var text = [UInt8](repeating: 0, count: 256)
    let certificate = SSL_get1_peer_certificate(session)
    defer { X509_free(certificate) }
    let count = text.withUnsafeMutableBytes { buffer in
      X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate), NID_commonName,
        buffer.bindMemory(to: CChar.self).baseAddress, Int32(buffer.count))
    }
    return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
  }

  func receive(_ bytes: [UInt8]) {
    if !bytes.isEmpty { BIO_write(incoming, bytes, Int32(bytes.count)) }
  }

  func write(_ bytes: [UInt8]) -> Bool { SSL_write(session, bytes, Int32(bytes.count)) > 0 }

  func close() { SSL_shutdown(session) }

  /// All that the server said; begins the handshake, or goes on with it.
  func read() -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while failure == nil {
      ERR_clear_error()
      let count = SSL_read(session, &buffer, Int32(buffer.count))
      if count > 0 {
        result += buffer.prefix(Int(count))
      } else {
        if SSL_get_error(session, count) == SSL_ERROR_SSL { failure = UInt(ERR_get_error()) }
        break
      }
    }
    return result
  }

  func takeOutput() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(outgoing))
    guard !bytes.isEmpty else { return [] }
    let count = BIO_read(outgoing, &bytes, Int32(bytes.count))
    return Array(bytes.prefix(max(0, Int(count))))
  }
}
