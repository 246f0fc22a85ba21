internal import VarveBase
internal import VarveProtocol

/// A frame of which a part has come: its bytes so far, with its length ahead of them.
///
/// Memory grows with what has come, not with what the length claims, unless there is room for all
/// of it. What is appended stands after all that was lent before, and growing leaves that where it
/// is.
@safe
struct PartialFrame {
  private static let firstCapacity = 4 << 10

  private var storage: ByteStorage
  private(set) var count = 0
  /// What the frame may take of the memory for requests, where it is a large one.
  private var room: RequestMemory.Room?

  init() { storage = ByteStorage(count: Self.firstCapacity) }

  /// What has come, the length included.
  var bytes: ByteSlice {
    unsafe ByteSlice(unsafeBase: UnsafeRawPointer(storage.base), count: count, owner: storage)
  }

  var hasRoom: Bool { room != nil }

  /// Makes room for all of the frame. The system gives the memory as it is filled.
  mutating func take(_ room: RequestMemory.Room) {
    self.room = room
    reserve(FrameLength.byteCount + room.byteCount)
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

  /// The frame, without its length. The partial frame is done with; its room is given back with the
  /// last of its bytes.
  consuming func finish() -> ByteSlice {
    guard let room else { return bytes.slice(FrameLength.byteCount..<count) }
    return unsafe ByteSlice(
      unsafeBase: UnsafeRawPointer(storage.base) + FrameLength.byteCount,
      count: count - FrameLength.byteCount, owner: Owner(storage: storage, room: room))
  }

  /// What the bytes of a large frame keep.
  private final class Owner {
    let storage: ByteStorage
    let room: RequestMemory.Room

    init(storage: ByteStorage, room: RequestMemory.Room) {
      self.storage = storage
      self.room = room
    }
  }
}
