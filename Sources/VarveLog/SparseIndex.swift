internal import Synchronization
internal import VarveBase

/// A mapped file of entries of one size, appended to in order: what the offset index and the time
/// index have in common.
///
/// One writer appends; readers take no lock. An entry is stored first and counted afterwards with
/// release ordering, so that whoever loads the count sees the entries. The file has no header and
/// no count: its last entry that is not all zero is the last one. It grows in steps of reserved
/// blocks under a mapping made once, because a store into a hole on a full disk would be a SIGBUS.
final class SparseIndex: Sendable {
  /// Blocks are reserved for this many bytes at a time: for the offset index, 8 MiB of log.
  static let growthBytes = 16 * 1024

  let entryBytes: Int
  /// The most entries that fit.
  let capacity: Int
  private let fileSystem: any FileSystem
  /// Nil where the file will be neither written nor followed: the mapping is enough then, and a log
  /// may have more segments than a process open files.
  private let file: (any File)?
  /// Nil where there are no entries and none can come.
  private let mapping: FileMapping?
  private let publishedCount: Atomic<Int>
  /// The file's size. Only the writer changes it.
  private let byteCount: Atomic<Int>
  private let currentPath: Mutex<String>

  /// Opens an index, creating it where it is missing and `writable` says so.
  ///
  /// A tail of zeros, which a writer that crashed leaves, and a torn last entry are not counted;
  /// a writable file is cut there. `maxBytes` is the room for all entries; a file that has more
  /// already keeps them. Throws `.io`.
  init(
    _ fileSystem: any FileSystem, path: String, entryBytes: Int, maxBytes: Int, writable: Bool
  ) throws(LogError) {
    self.fileSystem = fileSystem
    self.entryBytes = entryBytes
    currentPath = Mutex(path)
    do {
      let file = try fileSystem.open(path, writable ? .create : .read)
      let size = try file.byteCount()
      let whole = size - size % entryBytes
      let limit = max(whole, maxBytes - maxBytes % entryBytes)
      let isFollowed = !writable && maxBytes > 0
      let mapping =
        if isFollowed { Self.copy(try file.read(whole, at: 0), room: limit) } else {
          limit == 0 ? nil : try file.map(limit, writable: writable)
        }
      self.mapping = mapping
      let count = mapping.map { Self.count(in: $0, byteCount: whole, entryBytes: entryBytes) } ?? 0
      if writable && size != count * entryBytes { try file.resize(to: count * entryBytes) }
      capacity = limit / entryBytes
      publishedCount = Atomic(count)
      byteCount = Atomic(writable ? count * entryBytes : size)
      self.file = writable || isFollowed ? file : nil
    } catch {
      throw LogError(error)
    }
  }

  /// Entries that readers may look at. Any thread.
  var count: Int { publishedCount.load(ordering: .acquiring) }

  var path: String { currentPath.withLock { $0 } }

  /// Reserves the blocks of the next entry, if there is room for one. Writer only.
  func reserve() throws(LogError) {
    let count = publishedCount.load(ordering: .relaxed)
    let needed = (count + 1) * entryBytes
    guard count < capacity, needed > byteCount.load(ordering: .relaxed) else { return }
    let steps = (needed + Self.growthBytes - 1) / Self.growthBytes
    let size = min(steps * Self.growthBytes, capacity * entryBytes)
    do { try file?.allocate(to: size) } catch { throw LogError(error) }
    byteCount.store(size, ordering: .relaxed)
  }

  /// Stores an entry where `reserve` made room, and shows it to readers; false where there is no
  /// room for one more. Writer only.
  func append(_ store: (FileMapping, _ position: Int) -> Void) -> Bool {
    let count = publishedCount.load(ordering: .relaxed)
    guard count < capacity, let mapping else { return false }
    precondition(
      (count + 1) * entryBytes <= byteCount.load(ordering: .relaxed), "reserve() comes first")
    store(mapping, count * entryBytes)
    publishedCount.store(count + 1, ordering: .releasing)
    return true
  }

  /// Loads an integer of an entry that `count` has shown. Any thread.
  func load<Value: FixedWidthInteger & BitwiseCopyable>(
    entry: Int, at position: Int, as type: Value.Type = Value.self
  ) -> Value {
    guard let mapping else { preconditionFailure("an index without entries was read") }
    return mapping.load(at: entry * entryBytes + position, as: type)
  }

  /// The last of the first `count` entries for which `isBefore` holds, or nil where there is none.
  /// It must hold for a first part of the entries and for none after it.
  func last(of count: Int, where isBefore: (Int) -> Bool) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  /// Keeps the first `count` entries. Writer only, and not while anyone reads: the rest becomes
  /// zero, since a later open takes what is not zero for entries.
  func truncate(toCount count: Int) {
    let current = publishedCount.load(ordering: .relaxed)
    guard count < current, let mapping else { return }
    publishedCount.store(count, ordering: .releasing)
    mapping.clear(count * entryBytes..<current * entryBytes)
  }

  /// Cuts the file behind the last entry, as it stands once its segment is sealed. Writer only.
  func trimToValidSize() throws(LogError) {
    let size = publishedCount.load(ordering: .relaxed) * entryBytes
    guard byteCount.load(ordering: .relaxed) != size else { return }
    do { try file?.resize(to: size) } catch { throw LogError(error) }
    byteCount.store(size, ordering: .relaxed)
  }

  /// Reads the entries that another process has appended since. Readers only.
  ///
  /// With calls into a copy: the writer cuts the file when its segment is sealed, and a mapping
  /// must not be touched behind that.
  func refresh() throws(LogError) {
    guard let mapping, let file else { return }
    var count = publishedCount.load(ordering: .relaxed)
    let start = count * entryBytes
    do {
      let size = min(try file.byteCount(), capacity * entryBytes)
      guard size > start else { return }
      let bytes = try file.read(size - start, at: start)
      mapping.store(ByteSlice(bytes).bytes, at: start)
      let limit = (start + bytes.count) / entryBytes
      while count < limit, !Self.isZero(mapping, entry: count, entryBytes: entryBytes) {
        count += 1
      }
    } catch { throw LogError(error) }
    publishedCount.store(count, ordering: .releasing)
  }

  /// Memory of its own with `bytes`, and room for more that reads as zero.
  private static func copy(_ bytes: [UInt8], room: Int) -> FileMapping {
    let memory = FileMapping(zeroed: max(room, bytes.count, 1))
    memory.store(ByteSlice(bytes).bytes, at: 0)
    return memory
  }

  func sync() throws(LogError) { do { try file?.sync() } catch { throw LogError(error) } }

  /// Gives the file another name; it stays open and mapped.
  func rename(to newPath: String) throws(LogError) {
    let oldPath = path
    do { try fileSystem.rename(oldPath, to: newPath) } catch { throw LogError(error) }
    currentPath.withLock { $0 = newPath }
  }

  /// Removes the file; readers inside keep its bytes.
  func remove() throws(LogError) {
    let path = self.path
    do { try fileSystem.remove(path) } catch { throw LogError(error) }
  }

  /// Throws `.corrupt` where the file's size is no whole number of entries.
  func checkSize() throws(LogError) {
    let size = byteCount.load(ordering: .relaxed)
    guard size % entryBytes == 0 || size % Self.growthBytes == 0 else {
      throw corruption("\(size) bytes are no whole number of entries of \(entryBytes)")
    }
  }

  /// The error for an index that says what can't be so.
  func corruption(_ found: String, entry: Int? = nil) -> LogError {
    LogError(
      .corrupt, "\(found); remove the index, and it is built again from the log", file: path,
      at: entry.map { .byte($0 * entryBytes) })
  }

  /// Entries up to the last that is not all zero. A file of one entry has been trimmed, and that
  /// entry counts whatever it says: the first record of a log may have the timestamp 0.
  private static func count(in mapping: FileMapping, byteCount: Int, entryBytes: Int) -> Int {
    if byteCount == entryBytes { return 1 }
    return mapping.withBytes(0..<byteCount) { bytes in
      var end = byteCount
      while end >= 8, bytes.bigEndian(at: end - 8, as: UInt64.self) == 0 { end -= 8 }
      while end > 0, bytes.bigEndian(at: end - 1, as: UInt8.self) == 0 { end -= 1 }
      return (end + entryBytes - 1) / entryBytes
    }
  }

  private static func isZero(_ mapping: FileMapping, entry: Int, entryBytes: Int) -> Bool {
    let start = entry * entryBytes
    return mapping.withBytes(start..<start + entryBytes) { bytes in
      (0..<entryBytes).allSatisfy { bytes.bigEndian(at: $0, as: UInt8.self) == 0 }
    }
  }
}
