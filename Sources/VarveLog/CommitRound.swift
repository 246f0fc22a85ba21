internal import VarveBase

/// The bytes of one write to the commit journal:
///
/// ```
/// | magic and version: UInt32 | checksum of the round before: UInt32 | length of the rest: Int32
/// | checksum, CRC32C of all else: UInt32 |
/// for each log: | topic id: 16 bytes | partition: Int32 | length of the name: UInt16 | name
///               | first offset: Int64 | length: Int32 | whole batches |
/// ```
///
/// The checksum of the round before ties the rounds to a chain: what an earlier pass over the file
/// left behind the last one does not go on with it.
struct CommitRound: ~Copyable {
  static let magic: UInt32 = 0x5643_4A01
  static let headerBytes = 16
  static let previousAt = 4
  static let lengthAt = 8
  static let checksumAt = 12
  /// What comes before the name, and between the name and the batches.
  private static let entryBytes = 16 + 4 + 2 + 8 + 4

  /// Kept from one round to the next, so that its memory is.
  private var content = GrowingBytes()
  private var previous: UInt32 = 0

  /// Starts a round.
  mutating func begin() {
    content.setCount(0)
    content.putBigEndian(Self.magic)
    content.putBigEndian(previous)
    content.putBigEndian(UInt64(0))
  }

  mutating func add(_ commit: Commit) {
    commit.partition.topic.description.withLentBytes { name in
      content.reserve(Self.entryBytes + name.byteCount + commit.batches.count)
      content.putBigEndian(commit.topicID.rawValue)
      content.putBigEndian(commit.partition.partition)
      content.putBigEndian(UInt16(name.byteCount))
      content.put(name)
    }
    content.putBigEndian(commit.firstOffset.rawValue)
    content.putBigEndian(UInt32(commit.batches.count))
    content.put(commit.batches.bytes)
  }

  /// Completes the round: its `bytes` can be written.
  mutating func finish() {
    content.storeBigEndian(UInt32(content.count - Self.headerBytes), at: Self.lengthAt)
    content.storeBigEndian(Self.checksum(of: content.bytes), at: Self.checksumAt)
  }

  /// The bytes of the round so far.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get { content.bytes }
  }

  /// The finished round is written: the next one follows it.
  mutating func commit() { previous = bytes.bigEndian(at: Self.checksumAt) }

  /// Of all but itself.
  static func checksum(of round: RawSpan) -> UInt32 {
    let before = CRC32C.checksum(round.extracting(0..<checksumAt))
    return CRC32C.checksum(round.extracting(headerBytes..<round.byteCount), continuing: before)
  }
}
