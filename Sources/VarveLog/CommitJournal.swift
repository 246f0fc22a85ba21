package import VarveBase

/// A file that makes the newest batches of many logs durable by one write and one sync, where
/// syncing the logs' own files would write a page of each: 1,000 batches of 1 KiB take 2 ms instead
/// of 20.
///
/// The batches are in the logs' files as well, unsynced. After a power loss `RecoveredCommits` has
/// them for the loaders of the logs. Once the files were synced the journal starts over at its
/// front, on blocks that are there already. There are two, so that one is written while files are
/// synced for the other.
package struct CommitJournal: ~Copyable {
  /// Of both.
  static let fileNames = ["commit-journal.0", "commit-journal.1"]

  private let path: String
  private let fileSystem: any FileSystem
  /// Made when it is needed: most directories have no use for one.
  private var file: (any File)?
  private let capacity: Int
  private var allocated = 0
  private var end = 0
  private var round = CommitRound()

  /// A journal that starts over, whatever the file at `path` holds.
  init(_ path: String, capacity: Int, on fileSystem: any FileSystem) {
    self.path = path
    self.capacity = capacity
    self.fileSystem = fileSystem
  }

  /// Writes commits for good; false where there is no room for them before the journal starts over.
  ///
  /// After an error the journal is as it was, but what its file can be trusted with is unknown
  /// unless it was `.noSpace`.
  mutating func write(_ commits: [Commit]) throws(FileError) -> Bool {
    round.begin()
    for commit in commits { round.add(commit) }
    round.finish()
    let byteCount = round.bytes.byteCount
    guard byteCount <= capacity - end else { return false }
    let file = try open()
    try allocate(end + byteCount, file)
    try file.write(round.bytes, at: end)
    try file.sync()
    round.commit()
    end += byteCount
    return true
  }

  /// What the journal holds is not needed any more. It stays in the file until it is overwritten:
  /// loaders find it in the logs, and take nothing of it.
  mutating func restart() { end = 0 }

  private mutating func open() throws(FileError) -> any File {
    if let file { return file }
    let created = try fileSystem.open(path, .create)
    try fileSystem.syncDirectory(parentDirectory(of: path) ?? ".")
    allocated = try created.byteCount()
    file = created
    return created
  }

  /// In steps, so that few syncs have a new size of the file to write.
  private mutating func allocate(_ needed: Int, _ file: any File) throws(FileError) {
    guard needed > allocated else { return }
    let grown = max(needed, min(capacity, allocated + Self.step))
    try file.allocate(to: grown)
    allocated = grown
  }

  private static let step = 4 << 20
}

extension CommitJournal {
  /// Removes the journals of a data directory, where there are any, for good before this returns:
  /// all logs were closed in order, or opened and synced.
  package static func remove(in root: String, on fileSystem: any FileSystem) throws(LogError) {
    do throws(FileError) {
      var isPresent = false
      for path in fileNames.map({ "\(root)/\($0)" }) where try fileSystem.kind(of: path) != nil {
        try fileSystem.remove(path)
        isPresent = true
      }
      if isPresent { try fileSystem.syncDirectory(root) }
    } catch { throw LogError(error) }
  }
}

/// Batches of one log, from its first offset that was not durable on.
struct Commit {
  let partition: TopicPartition
  /// Tells a topic from one that had its name before.
  let topicID: TopicID
  let firstOffset: Offset
  /// Whole batches.
  let batches: ByteSlice
}
