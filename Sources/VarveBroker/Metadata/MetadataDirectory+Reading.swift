internal import VarveBase
internal import VarveLog

extension MetadataDirectory {
  /// Reads the metadata without a change on the disk, while another process writes it maybe: the
  /// newest snapshot and all whole batches after it.
  ///
  /// - Throws: ``MetadataError``: `.corrupt` where records are missing or contradict each other.
  package func read() throws(MetadataError) -> MetadataState {
    var state = try newestState()
    let segments = try segments()
    for (index, segment) in segments.enumerated() {
      // All of it lies before the snapshot.
      if index + 1 < segments.count, segments[index + 1].baseOffset <= state.nextOffset {
        continue
      }
      let file = segment.path(in: path)
      guard segment.baseOffset <= state.nextOffset else {
        throw MetadataError(
          .corrupt,
          "the metadata from offset \(state.nextOffset) to \(segment.baseOffset) is missing",
          path: file, offset: state.nextOffset)
      }
      let bytes = try contents(of: file)
      do throws(MetadataError) {
        _ = try state.replayBatches(of: bytes.bytes)
      } catch { throw error.at(path: file) }
    }
    return state
  }

  /// Checks that what follows the first batch which is not whole, if there is one, is nothing.
  ///
  /// Every change was on the disk before the next was written, so that a crash tears the last one
  /// only. A whole batch behind one that is not whole means damage, and cutting the log there would
  /// lose changes that were acknowledged.
  ///
  /// - Throws: ``MetadataError``, `.corrupt`, with the file and offset of the damage.
  func checkForDamage() throws(MetadataError) {
    var scan = DamageScan()
    for segment in try segments() {
      let file = segment.path(in: path)
      scan.scan(try contents(of: file), of: file, from: segment.baseOffset)
    }
    guard let fault = scan.faultWithin else { return }
    throw MetadataError(
      .corrupt,
      "the batch at byte \(fault.position) is damaged, and whole ones follow it: changes that "
        + "were acknowledged would be lost. Bring the file back from a copy, or accept the loss "
        + "with 'varve log repair'", path: fault.file, offset: fault.offset)
  }
}

/// Looks for the first place where no whole batch is, and for whole batches behind it.
private struct DamageScan {
  struct Fault {
    let file: String
    let position: Int
    /// The offset that the next batch should have had.
    let offset: Offset
  }

  private var first: Fault?
  private var isFollowed = false

  /// The first fault, where whole batches follow it.
  var faultWithin: Fault? { isFollowed ? first : nil }

  mutating func scan(_ bytes: ByteSlice, of file: String, from base: Offset) {
    var position = 0
    var next = base
    while position < bytes.count {
      if let header = MetadataBatch.wholeHeader(in: bytes.bytes, at: position),
        header.baseOffset >= next
      {
        if first != nil { isFollowed = true }
        position += header.sizeInBytes
        next = header.nextOffset
      } else {
        if first == nil { first = Fault(file: file, position: position, offset: next) }
        guard let candidate = Self.candidate(in: bytes, after: position) else { return }
        position = candidate
      }
    }
  }

  /// The next position where a batch might start: where the format's number stands as it must.
  private static func candidate(in bytes: ByteSlice, after position: Int) -> Int? {
    let magicOffset = 16
    let magic = UInt8(RecordBatchHeader.currentMagic)
    let start = position + 1 + magicOffset
    guard start < bytes.count else { return nil }
    return bytes[start...].firstIndex(of: magic).map { $0 - magicOffset }
  }
}
