internal import VarveBase

/// What the connections of a loop are read into, one after the other.
///
/// Frames are parts of it, without a copy; while somebody keeps one, the next read goes to new
/// memory.
@safe
struct ReadBuffer {
  private let byteCount: Int
  private var storage: ByteStorage

  /// By default more than the system hands over at a time, mostly.
  init(byteCount: Int = 256 << 10) {
    self.byteCount = byteCount
    storage = ByteStorage(count: byteCount)
  }

  enum Outcome {
    case bytes(ByteSlice)
    case wouldBlock
    case ended
  }

  /// Fills it with as many bytes as `body` returns, which is called with the memory and its size.
  mutating func fill<Failure: Error>(
    _ body: (UnsafeMutableRawPointer, Int) throws(Failure) -> Int
  ) throws(Failure) -> ByteSlice {
    if !isKnownUniquelyReferenced(&storage) { storage = ByteStorage(count: byteCount) }
    let count = try unsafe body(storage.base, storage.count)
    return unsafe ByteSlice(
      unsafeBase: UnsafeRawPointer(storage.base), count: count, owner: storage)
  }

  mutating func read(from socket: borrowing Socket) throws(NetworkError) -> Outcome {
    if !isKnownUniquelyReferenced(&storage) { storage = ByteStorage(count: byteCount) }
    switch try unsafe socket.receive(into: storage.base, count: storage.count) {
    case .bytes(let count):
      return .bytes(
        unsafe ByteSlice(unsafeBase: UnsafeRawPointer(storage.base), count: count, owner: storage))
    case .wouldBlock: return .wouldBlock
    case .ended: return .ended
    }
  }
}
