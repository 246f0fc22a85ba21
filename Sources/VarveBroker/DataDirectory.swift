internal import Synchronization
package import VarveBase
package import VarveLog

/// The files at the root of a data directory: who it belongs to, how it was closed, and from where
/// on its logs have to be checked. Holds the directory's lock for as long as it lives.
package final class DataDirectory: Sendable {
  package let path: String
  package let fileSystem: any FileSystem
  package let properties: MetaProperties
  /// Whether the last holder closed it in order.
  package let wasCleanlyClosed: Bool
  private let lock: Mutex<(any FileLock)?>

  /// Opens a directory, making a new one where nothing is.
  ///
  /// Throws `.locked` while another process, or another broker of this one, has it; `.foreignFile`
  /// where the directory holds something else than Varve's or Kafka's data.
  package init(
    _ path: String, on fileSystem: any FileSystem, using generator: inout some RandomNumberGenerator
  ) throws(LogError) {
    self.path = path
    self.fileSystem = fileSystem
    try Self.create(path, fileSystem)
    let known = try MetaProperties.read(in: path, on: fileSystem)
    if known == nil { try Self.checkIsEmpty(path, fileSystem) }
    do {
      lock = Mutex(try fileSystem.lock(path + "/.lock"))
    } catch {
      guard error.code == .locked else { throw LogError(error) }
      throw LogError(
        .locked,
        """
        \(path) is in use by another process or another open Varve of this one. Close that first, \
        or open the directory for reading only
        """, file: path, cause: error)
    }
    if let known {
      properties = known
    } else {
      properties = MetaProperties(
        clusterID: TopicID(using: &generator).description, nodeID: 1,
        directoryID: TopicID(using: &generator))
      try properties.write(in: path, on: fileSystem)
    }
    wasCleanlyClosed = try CleanShutdownMarker.exists(in: path, on: fileSystem)
    // Somebody else may have gone on with the logs since they were written.
    if wasCleanlyClosed { try CommitJournal.remove(in: path, on: fileSystem) }
    // From here on a crash is not a clean shutdown.
    try CleanShutdownMarker.remove(in: path, on: fileSystem)
  }

  /// Makes the directory and those above it that are missing, for good: what is synced in them
  /// later would else go with their names when the power does.
  private static func create(_ path: String, _ fileSystem: any FileSystem) throws(LogError) {
    do {
      var parents: [String] = []
      var missing = path
      while try fileSystem.kind(of: missing) == nil {
        let parent = parentDirectory(of: missing) ?? "."
        guard try fileSystem.kind(of: parent) != .file, parent != missing else { break }
        parents.append(parent)
        missing = parent
      }
      try fileSystem.createDirectory(path)
      for parent in parents { try fileSystem.syncDirectory(parent) }
    } catch { throw LogError(error) }
  }

  private static func checkIsEmpty(
    _ path: String, _ fileSystem: any FileSystem
  ) throws(LogError) {
    let contents: [String]
    do { contents = try fileSystem.contents(ofDirectory: path) } catch { throw LogError(error) }
    // A start that was killed before the directory was anybody's leaves the last of these.
    let own = ["lost+found", ".lock", MetaProperties.fileName + ".tmp"]
    let strangers = contents.filter { !own.contains($0) }
    guard let first = strangers.first else { return }
    throw LogError(
      .foreignFile,
      """
      \(path) holds '\(first)' but no \(MetaProperties.fileName), so it is no data directory of \
      Varve or Kafka. Name an empty directory, or one that does not exist yet
      """, file: path)
  }

  /// The node that the metadata calls by this directory's ids.
  var node: MetadataNode {
    MetadataNode(brokerID: properties.nodeID, directoryID: properties.directoryID ?? .zero)
  }

  /// The directory of a partition.
  package func path(of partition: TopicPartition) -> String { "\(path)/\(partition)" }

  /// Where a partition's directory is moved to be out of the way, as Kafka names it: a topic name
  /// too long for the rest to fit is cut.
  func path(of partition: TopicPartition, suffix: String, unique id: TopicID) -> String {
    let hex = String(id.rawValue, radix: 16)
    let padded = String(repeating: "0", count: 32 - hex.utf8.count) + hex
    let end = "-\(partition.partition).\(padded)-\(suffix)"
    let name = partition.topic.description.utf8.prefix(255 - end.utf8.count)
    return "\(path)/\(Substring(name))\(end)"
  }

  /// Lets go of the lock.
  func unlock() { lock.withLock { $0 = nil } }

  package func checkpoint(_ kind: OffsetCheckpoint.Kind) throws(LogError) -> [TopicPartition:
    Offset]
  {
    try OffsetCheckpoint(kind, in: path, on: fileSystem).read()
  }

  package func write(
    _ offsets: [TopicPartition: Offset], as kind: OffsetCheckpoint.Kind
  ) throws(LogError) {
    try OffsetCheckpoint(kind, in: path, on: fileSystem).write(offsets)
  }

  /// Says that everything was synced and nothing has to be checked at the next start.
  package func markCleanlyClosed() throws(LogError) {
    try CleanShutdownMarker.write(in: path, on: fileSystem)
  }
}
