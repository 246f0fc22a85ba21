internal import VarveBase
internal import VarveProtocol

/// A frame of which a part has come: its bytes so far, with its length ahead of them.
///
/// Memory grows with what has come, not with what the length claims. What is appended stands after
/// all that was lent before, and growing leaves that where it is.
@safe
struct PartialFrame {
  private static let firstCapacity = 4 << 10

  private var storage: ByteStorage
  private(set) var count = 0

  init() { storage = ByteStorage(count: Self.firstCapacity) }

  /// What has come, the length included.
  var bytes: ByteSlice {
    unsafe ByteSlice(unsafeBase: UnsafeRawPointer(storage.base), count: count, owner: storage)
  }

  /// Adds bytes, of which there are no more than the frame has.
  mutating func append(_ bytes: ByteSlice) {
    reserve(count + bytes.count)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (storage.base + count).copyMemory(from: start, byteCount: source.count)
    }
    count += bytes.count
  }

  private mutating func reserve(_ capacity: Int) {
    guard capacity > storage.count else { return }
    let larger = ByteStorage(count: max(capacity, storage.count * 2))
    unsafe larger.base.copyMemory(from: storage.base, byteCount: count)
    storage = larger
  }

  /// The frame, without its length. The partial frame is done with.
  consuming func finish() -> ByteSlice { bytes.slice(FrameLength.byteCount..<count) }
}
