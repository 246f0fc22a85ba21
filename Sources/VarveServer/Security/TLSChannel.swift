internal import VarveBase
internal import VarveSecurity

/// What lies between a connection's socket and its conversation where both are encrypted.
final class TLSChannel {
  let session: TLSSession
  /// Encrypted, and to be sent.
  private(set) var sealed = Outbox()
  /// Whether the client says no more.
  private(set) var isEnded = false

  /// With as much to be sent, nothing more is encrypted, and nothing read.
  private static let sealedBytesMax = 256 << 10

  init(_ session: TLSSession) { self.session = session }

  /// Whether what came was not read to its end.
  private var hasUnread = false

  private var wantsBytes: Bool { !isEnded && sealed.byteCount <= Self.sealedBytesMax }

  /// Whether the socket should be read: what came before goes first.
  var wantsFromSocket: Bool { wantsBytes && !hasUnread }

  /// Whether `read` may have something without the socket.
  var hasReadable: Bool { wantsBytes && hasUnread }

  /// Takes what came from the socket. Only where it `wantsFromSocket`.
  func receive(_ bytes: ByteSlice) {
    hasUnread = true
    session.receive(bytes)
  }

  /// What the client said, as far as it has come; nil where more has to come first.
  func read(_ buffer: inout ReadBuffer) throws(TLSError) -> ByteSlice? {
    guard wantsBytes else { return nil }
    let bytes = try unsafe buffer.fill { (base, capacity) throws(TLSError) in
      var count = 0
      while count < capacity {
        let reading = try unsafe session.read(into: base + count, count: capacity - count)
        guard case .bytes(let read) = reading else {
          isEnded = reading == .ended
          hasUnread = false
          break
        }
        count += read
      }
      return count
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Encrypts what is to be sent, a bounded part at a time.
  func seal(_ conversation: inout Conversation) throws(TLSError) {
    takeOutput()
    while sealed.byteCount <= Self.sealedBytesMax, let piece = conversation.outbox.pieces.first {
      conversation.sent(try session.write(piece))
      takeOutput()
    }
  }

  func takeOutput() {
    let output = session.takeOutput()
    if !output.isEmpty { sealed.append(Gather([output])) }
  }

  func sent(_ count: Int) { sealed.sent(count) }
}
