internal import VarveBase

/// What the connections of a loop are read into, one after the other.
///
/// Frames are parts of it, without a copy; while somebody keeps one, the next read goes to new
/// memory.
@safe
struct ReadBuffer {
  /// More than the system hands over at a time, mostly.
  private static let byteCount = 256 << 10
  private var storage = ByteStorage(count: byteCount)

  enum Outcome {
    case bytes(ByteSlice)
    case wouldBlock
    case ended
  }

  mutating func read(from socket: borrowing Socket) throws(NetworkError) -> Outcome {
    if !isKnownUniquelyReferenced(&storage) { storage = ByteStorage(count: Self.byteCount) }
    switch try unsafe socket.receive(into: storage.base, count: storage.count) {
    case .bytes(let count):
      return .bytes(
        unsafe ByteSlice(unsafeBase: UnsafeRawPointer(storage.base), count: count, owner: storage))
    case .wouldBlock: return .wouldBlock
    case .ended: return .ended
    }
  }
}
