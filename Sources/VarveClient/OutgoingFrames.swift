internal import VarveBase

/// What is to be sent and has not been taken by the system yet.
struct OutgoingFrames {
  private var frames: [ByteSlice] = []
  /// The bytes of the first that are gone.
  private var position = 0

  var isEmpty: Bool { frames.isEmpty }

  mutating func add(_ frame: ByteSlice) { frames.append(frame) }

  /// Sends what the system takes.
  mutating func send(to socket: borrowing ClientChannel) throws(ClientError) {
    var done = 0
    defer { frames.removeFirst(done) }
    while done < frames.count {
      let sent = try socket.send(frames[done], from: position)
      if sent == 0 { return }
      position += sent
      guard position == frames[done].count else { continue }
      done += 1
      position = 0
    }
  }
}
