internal import VarveBase

extension LogLoader {
  /// Stores behind a segment's batches what the commit journal has to follow them, and returns how
  /// many bytes that are. `content` becomes what the segment holds then.
  ///
  /// Offsets decide, not positions: what goes on where the log ends was acknowledged and lost,
  /// whatever has happened to the file; what the log has already, or what compaction and deletion
  /// took since, does not go on there.
  func restore(
    _ content: inout SegmentRebuilder.Content, of rebuilder: SegmentRebuilder,
    before next: Offset?
  ) throws(LogError) -> Int {
    let known = commits.ofLog(partition, topicID)
    var restored = 0
    let settled = max(recoveryPoint, cleanedUpTo)
    // Behind lost batches may be some that the file has, and then others that it lacks.
    while content.nextOffset >= settled,
      let (batches, _) = known.batches(from: content.nextOffset, before: next)
    {
      try store(batches, at: content.end, in: rebuilder.files)
      let whole = content
      content = try rebuilder.check(after: whole)
      restored += batches.reduce(0) { $0 + $1.count }
      guard content.nextOffset > whole.nextOffset else { break }
    }
    return restored
  }

  private func store(
    _ batches: [ByteSlice], at position: Int, in files: SegmentFiles
  ) throws(LogError) {
    do {
      let file = try fileSystem.open(files.log, .readWrite)
      var end = position
      for bytes in batches {
        try file.write(bytes.bytes, at: end)
        end += bytes.count
      }
    } catch { throw LogError(error) }
  }
}
