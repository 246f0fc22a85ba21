internal import VarveBase

extension ProducerSnapshot {
  /// The state as of the newest snapshot at or before `end` that reads, or an empty one where none
  /// does. A snapshot is made from the log: one that a crash tore is passed over.
  static func newest(
    in directory: String, upTo end: Offset, startingAt start: Offset,
    on fileSystem: any FileSystem
  ) throws(LogError) -> ProducerStateTable {
    for offset in try offsets(in: directory, on: fileSystem).reversed()
    where offset >= start && offset <= end {
      let path = SegmentFileName(offset, .snapshot).path(in: directory)
      do {
        if let table = try read(path, endOffset: offset, on: fileSystem) { return table }
      } catch  where error.code == .corrupt {
        continue
      }
    }
    return ProducerStateTable(startOffset: start)
  }

  private static func offsets(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) -> [Offset] {
    do {
      return try fileSystem.contents(ofDirectory: directory).compactMap { name in
        guard let file = SegmentFileName(name), file.kind == .snapshot, file.state == .live else {
          return nil
        }
        return file.baseOffset
      }
    } catch { throw LogError(error) }
  }

  /// Removes snapshots past `end`, which belong to a tail that was cut, and all but the newest of
  /// those that no segment starts at.
  static func removeStray(
    in directory: String, after end: Offset, keeping bases: Set<Offset>,
    on fileSystem: any FileSystem
  ) throws(LogError) {
    let offsets = try offsets(in: directory, on: fileSystem)
    for offset in offsets
    where offset > end || (offset < end && !bases.contains(offset)) {
      do {
        try fileSystem.remove(SegmentFileName(offset, .snapshot).path(in: directory))
      } catch { throw LogError(error) }
    }
  }
}
