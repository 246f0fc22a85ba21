package import VarveBase
internal import VarveLog

/// The directory of the metadata log, `__cluster_metadata-0`, and the snapshots in it.
package struct MetadataDirectory: Sendable {
  package static let name = "\(TopicName.metadataLog)-0"
  /// Kafka's id for the metadata topic.
  static let topicID = TopicID(rawValue: 1)
  /// Snapshots that are kept: should the newest not read, the one before it does.
  static let snapshotsKept = 2

  let path: String
  let fileSystem: any FileSystem

  /// The metadata of a data directory.
  package init(in root: String, on fileSystem: any FileSystem) {
    path = "\(root)/\(Self.name)"
    self.fileSystem = fileSystem
  }

  /// Makes the directory where it is missing, and removes what a crash left half written.
  func prepare() throws(MetadataError) {
    try io { () throws(FileError) in
      // The name of each directory is to be durable in the one above it.
      for directory in [parentDirectory(of: path) ?? ".", path]
      where try fileSystem.kind(of: directory) == nil {
        try fileSystem.createDirectory(directory)
        try fileSystem.syncDirectory(parentDirectory(of: directory) ?? ".")
      }
      let part = MetadataSnapshotID.suffix + MetadataSnapshotID.partSuffix
      for name in try fileSystem.contents(ofDirectory: path) where name.hasSuffix(part) {
        try fileSystem.remove("\(path)/\(name)")
      }
    }
  }

  /// The snapshots there are, whole or not, the newest last.
  func snapshots() throws(MetadataError) -> [MetadataSnapshotID] {
    try names().compactMap(MetadataSnapshotID.init(fileName:)).sorted()
  }

  /// What the newest snapshot says that reads; an empty state where there is none.
  ///
  /// - Throws: `.unknownVersion` where it is one of a newer program; `.io`.
  func newestState() throws(MetadataError) -> MetadataState {
    for id in try snapshots().reversed() {
      let snapshot = "\(path)/\(id)"
      let bytes = try contents(of: snapshot)
      do throws(MetadataError) {
        return try MetadataSnapshot.read(bytes.bytes, id: id, path: snapshot)
      } catch  where error.code == .corrupt {
        // The one before it, and more of the log.
        continue
      }
    }
    return MetadataState()
  }

  /// Removes all but the newest snapshots, and returns the oldest one kept.
  func removeOldSnapshots() throws(MetadataError) -> MetadataSnapshotID? {
    let all = try snapshots()
    try io { () throws(FileError) in
      for id in all.dropLast(Self.snapshotsKept) { try fileSystem.remove("\(path)/\(id)") }
    }
    return all.suffix(Self.snapshotsKept).first
  }

  /// The base offsets of the log's segments.
  func segments() throws(MetadataError) -> [SegmentFileName] {
    try names().compactMap(SegmentFileName.init)
      .filter { $0.kind == .log && $0.state == .live }
      .sorted { $0.baseOffset < $1.baseOffset }
  }

  func contents(of file: String) throws(MetadataError) -> ByteSlice {
    try io { () throws(FileError) in ByteSlice(try fileSystem.open(file, .read).readAll()) }
  }

  private func names() throws(MetadataError) -> [String] {
    try io { () throws(FileError) in
      try fileSystem.kind(of: path) == nil ? [] : try fileSystem.contents(ofDirectory: path)
    }
  }

  private func io<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(MetadataError) -> Result {
    do { return try body() } catch {
      throw MetadataError(.io, error.description, path: path, cause: error)
    }
  }
}
