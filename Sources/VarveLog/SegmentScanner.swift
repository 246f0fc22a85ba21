internal import VarveBase

/// Walks a segment's `.log` from its start, batch by batch, and past what is no batch: bytes that
/// do not check end where the next whole batch begins.
///
/// A batch counts as whole if its header makes sense, its checksum is right, and its offsets come
/// after those before it. They are under no checksum: what a batch leaves out is held against what
/// else is known (`contradiction`). Reads with calls, not through a mapping: the file may be cut
/// meanwhile.
struct SegmentScanner {
  enum Step {
    case batch(RecordBatchHeader, position: Int, bytes: ByteSlice)
    /// Bytes that are no batch, and what is wrong with the first of them.
    case damage(Range<Int>, reason: String)
    /// Zeros up to the end of the file: room that was reserved ahead.
    case zeros(Range<Int>)
  }

  let byteCount: Int
  private let baseOffset: Offset
  private let nextBase: Offset?
  private let recoveryPoint: Offset
  private var window: FileWindow
  private(set) var position = 0
  /// Where bytes ended that are no batch.
  private var damageEnd = 0
  /// The offset after the last whole batch.
  private(set) var nextOffset: Offset

  /// - Parameters:
  ///   - nextBase: where the next segment starts, which no batch of this one reaches into; nil for
  ///     the last segment.
  ///   - recoveryPoint: all before it was synced.
  init(
    _ files: SegmentFiles, before nextBase: Offset?, recoveryPoint: Offset,
    on fileSystem: any FileSystem
  ) throws(LogError) {
    self.nextBase = nextBase
    self.recoveryPoint = recoveryPoint
    do {
      let file = try fileSystem.open(files.log, .read)
      byteCount = try file.byteCount()
      window = FileWindow(file, byteCount: byteCount)
    } catch { throw LogError(error) }
    baseOffset = files.baseOffset
    nextOffset = files.baseOffset
  }

  /// The next batch, or what stands in its place; nil at the end of the file.
  mutating func next() throws(LogError) -> Step? {
    guard position < byteCount else { return nil }
    let start = position
    switch try judged(at: start, isAfterDamage: start > 0 && start == damageEnd) {
    case .success(let header): return try take(header, at: start)
    case .failure(let error):
      if try isZero(from: start) {
        position = byteCount
        return .zeros(start..<byteCount)
      }
      position = try resynchronised(from: start + 1)
      damageEnd = position
      return .damage(start..<position, reason: error.message)
    }
  }

  private mutating func take(_ header: RecordBatchHeader, at start: Int) throws(LogError) -> Step {
    position = start + header.sizeInBytes
    nextOffset = header.nextOffset
    let bytes = try window.bytes(start..<position)
    return .batch(header, position: start, bytes: bytes)
  }

  /// The header at a position, if a whole batch is there that can come next.
  private mutating func judged(
    at start: Int, isAfterDamage: Bool
  ) throws(LogError) -> Result<RecordBatchHeader, RecordBatchError> {
    let found = try checked(at: start)
    guard case .success(let header) = found else { return found }
    guard header.baseOffset >= nextOffset, header.lastOffset - baseOffset <= Limits.offsetDeltaMax
    else {
      return .failure(
        RecordBatchError(
          .malformedRecord,
          "the batch at offset \(header.baseOffset) can't follow offset \(nextOffset)"))
    }
    if let reason = try contradiction(to: header, at: start, isAfterDamage: isAfterDamage) {
      return .failure(RecordBatchError(.malformedRecord, reason))
    }
    return found
  }

  /// What tells that a batch that leaves offsets out has a wrong offset itself.
  private mutating func contradiction(
    to header: RecordBatchHeader, at start: Int, isAfterDamage: Bool
  ) throws(LogError) -> String? {
    guard header.baseOffset > nextOffset else { return nil }
    if let nextBase {
      if header.nextOffset > nextBase {
        return "the batch has offset \(header.baseOffset), the next segment starts at \(nextBase)"
      }
    } else if nextOffset < recoveryPoint, header.nextOffset > recoveryPoint,
      !isAfterDamage || header.baseOffset < recoveryPoint
    {
      // Up to there were whole batches, and there are no bytes where they could have been.
      return "the batch has offset \(header.baseOffset), all up to \(recoveryPoint) was synced"
    }
    // Where the batch behind it fills the gap that it leaves, it is this one that is wrong.
    if let follower = try firstWhole(from: start + header.sizeInBytes),
      follower.baseOffset < header.nextOffset
    {
      return "the batch has offset \(header.baseOffset), one behind it \(follower.baseOffset)"
    }
    return nil
  }

  /// The first batch from a position on that checks and comes later than those before.
  private mutating func firstWhole(from start: Int) throws(LogError) -> RecordBatchHeader? {
    var candidate = start
    while candidate + RecordBatchHeader.byteCount <= byteCount {
      if try mayBegin(at: candidate), case .success(let header) = try checked(at: candidate) {
        return header
      }
      if candidate == start, try isZero(from: start) { return nil }
      candidate += 1
    }
    return nil
  }

  /// The header at a position, with its checksum compared.
  private mutating func checked(
    at start: Int
  ) throws(LogError) -> Result<RecordBatchHeader, RecordBatchError> {
    let rest = byteCount - start
    var size = min(rest, RecordBatchHeader.byteCount)
    if size == RecordBatchHeader.byteCount {
      let head = try window.bytes(start..<start + size)
      let length: Int32 = head.bytes.bigEndian(at: RecordBatchHeader.Field.batchLength)
      // As much as the batch says, so far as it is there: what is wrong is then said of it.
      size = max(size, min(rest, Int(length) + RecordBatchHeader.lengthOverhead))
    }
    let bytes = try window.bytes(start..<start + max(size, 0))
    do throws(RecordBatchError) {
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      try RecordBatch.verifyChecksum(bytes.bytes, header: header)
      return .success(header)
    } catch { return .failure(error) }
  }

  /// Where the next whole batch begins; the end of the file where there is none.
  private mutating func resynchronised(from start: Int) throws(LogError) -> Int {
    var candidate = start
    while candidate + RecordBatchHeader.byteCount <= byteCount {
      if try mayBegin(at: candidate),
        case .success = try judged(at: candidate, isAfterDamage: true)
      {
        return candidate
      }
      candidate += 1
    }
    return byteCount
  }

  /// Whether the fields that are cheap to look at could be a batch's.
  private mutating func mayBegin(at start: Int) throws(LogError) -> Bool {
    let head = try window.bytes(start..<start + RecordBatchHeader.byteCount)
    guard head[RecordBatchHeader.Field.magic] == UInt8(RecordBatchHeader.currentMagic),
      let header = RecordBatchHeader(head.bytes)
    else { return false }
    return header.batchLength > 0 && header.sizeInBytes <= byteCount - start
      && header.baseOffset >= nextOffset && header.baseOffset.rawValue >= 0
      && header.baseOffset - baseOffset <= Limits.offsetDeltaMax
  }

  private mutating func isZero(from start: Int) throws(LogError) -> Bool {
    var position = start
    while position < byteCount {
      let end = min(position + FileWindow.readAhead, byteCount)
      guard try window.bytes(position..<end).allSatisfy({ $0 == 0 }) else { return false }
      position = end
    }
    return true
  }
}

/// A part of a file in memory that moves along with what is asked for.
struct FileWindow {
  static let readAhead = 1 << 20

  private let file: any File
  private let byteCount: Int
  private var start = 0
  private var held = ByteSlice()

  init(_ file: any File, byteCount: Int) {
    self.file = file
    self.byteCount = byteCount
  }

  /// Bytes within the file. Throws `.io` where the file has become shorter.
  mutating func bytes(_ range: Range<Int>) throws(LogError) -> ByteSlice {
    if let bytes = try bytesIfThere(range) { return bytes }
    throw LogError(
      .io, "the file was cut while it was read", file: file.path, at: .byte(range.upperBound))
  }

  /// Bytes within the file; nil where the file has become shorter.
  mutating func bytesIfThere(_ range: Range<Int>) throws(LogError) -> ByteSlice? {
    if range.lowerBound < start || range.upperBound > start + held.count {
      let count = min(max(range.count, Self.readAhead), byteCount - range.lowerBound)
      do {
        held = ByteSlice(try file.read(max(count, 0), at: range.lowerBound))
      } catch { throw LogError(error) }
      start = range.lowerBound
    }
    guard range.upperBound <= start + held.count else { return nil }
    return held.slice(range.lowerBound - start..<range.upperBound - start)
  }
}
