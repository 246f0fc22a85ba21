internal import VarveBase
internal import VarveSecurity

extension Connection {
  /// Moves what the client said from TLS into the conversation. False where there is nothing, or
  /// nothing is wanted.
  func decrypt() -> Bool {
    guard let tls, !isClosed, conversation.wantsBytes else { return false }
    do throws(TLSError) {
      let bytes = try tls.read(&server.plainBuffer)
      identify(tls)
      if let bytes {
        conversation.receive(bytes)
        return true
      }
    } catch {
      close(.violation(error.description))
    }
    return false
  }

  /// Encrypts and sends as much as the system takes.
  func flush(_ tls: TLSChannel) throws(NetworkError) {
    while true {
      do throws(TLSError) { try tls.seal(&conversation) } catch {
        throw NetworkError(.disconnected, error.description)
      }
      guard !tls.sealed.isEmpty else { return }
      guard case .bytes(let count) = try socket.send(tls.sealed.pieces) else { return }
      counters.counts.sentBytes += UInt64(count)
      tls.sent(count)
    }
  }

  /// Says the last of TLS, an alert or that nothing comes any more, if the system takes it at once.
  func hangUp(_ tls: TLSChannel) {
    tls.session.close()
    tls.takeOutput()
    guard !tls.sealed.isEmpty else { return }
    // The client has gone, or is past listening: the connection is closed either way.
    _ = try? socket.send(tls.sealed.pieces)
  }

  /// Once both sides have agreed, the client is who its certificate says.
  private func identify(_ tls: TLSChannel) {
    guard !isIdentified, tls.session.isEstablished else { return }
    isIdentified = true
    if let name = tls.session.peerName { authentication.identify(name) }
  }
}
