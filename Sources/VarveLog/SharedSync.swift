package import VarveBase

/// Makes what was appended to many logs durable at once: by the commit journal where it is little,
/// else by one sync of the whole file system, after which the journal starts over.
package struct SharedSync: ~Copyable {
  /// How much the journal takes.
  package struct Limits: Sendable {
    /// The size of its file: how much is written again before the logs' files are synced.
    package var journalBytes = 32 << 20
    /// What is more is worth a sync of the files that it is in.
    package var roundBytes = 4 << 20

    package init() {}
  }

  private let root: String
  private let fileSystem: any FileSystem
  private let limits: Limits
  private var journal: CommitJournal
  /// Logs of which the journal has what their own files may not have.
  private var journaled: [ObjectIdentifier: WeakLog] = [:]
  /// Whether the journal may be written: not after an error that leaves unknown what it, or files
  /// that it stands in for, can be trusted with. It is then kept as it is for the next start.
  private var isJournalUsable = true

  private struct WeakLog { weak var log: PartitionLog? }

  private typealias Point = (log: PartitionLog, point: PartitionLog.FlushPoint)

  /// For logs in directories below `root`, which all lie in one file system.
  package init(root: String, on fileSystem: any FileSystem, limits: Limits = Limits()) {
    self.root = root
    self.fileSystem = fileSystem
    self.limits = limits
    journal = CommitJournal(in: root, capacity: limits.journalBytes, on: fileSystem)
  }

  /// Makes everything durable that was appended to the logs before the call. Returns the errors of
  /// those of which that is not so.
  package mutating func makeDurable(
    _ logs: [ObjectIdentifier: PartitionLog]
  ) -> [ObjectIdentifier: LogError] {
    var failures: [ObjectIdentifier: LogError] = [:]
    var points: [Point] = []
    points.reserveCapacity(logs.count)
    for (id, log) in logs {
      do {
        if let point = try log.flushPoint() { points.append((log, point)) }
      } catch { failures[id] = error }
    }
    guard !points.isEmpty, !writeJournal(points) else { return failures }
    addJournaled(to: &points, except: logs)
    do {
      try fileSystem.syncAll(below: root)
      for (log, point) in points { log.flushed(point) }
      journaled = [:]
      if isJournalUsable { journal.restart() }
    } catch {
      for (log, _) in points { failures[ObjectIdentifier(log)] = log.fail(error) }
    }
    return failures
  }

  /// Whether the journal has it all now.
  private mutating func writeJournal(_ points: [Point]) -> Bool {
    guard isJournalUsable, let commits = commits(points) else { return false }
    do {
      guard try journal.write(commits) else { return false }
    } catch {
      // The files themselves are synced instead, which says what is wrong if all of it is.
      isJournalUsable = error.code == .noSpace
      return false
    }
    for (log, point) in points {
      log.committed(point)
      journaled[ObjectIdentifier(log)] = WeakLog(log: log)
    }
    return true
  }

  /// Nil where it is too much, or where it is not all in the segments in use.
  private func commits(_ points: [Point]) -> [Commit]? {
    var commits: [Commit] = []
    commits.reserveCapacity(points.count)
    var byteCount = 0
    for (log, point) in points {
      guard let tail = point.tail else { return nil }
      byteCount += tail.batches.count
      guard byteCount <= limits.roundBytes else { return nil }
      commits.append(
        Commit(
          partition: log.partition, topicID: log.topicID, firstOffset: tail.firstOffset,
          batches: tail.batches))
    }
    return commits
  }

  /// The logs that a sync of all files frees the journal of.
  private mutating func addJournaled(
    to points: inout [Point], except others: [ObjectIdentifier: PartitionLog]
  ) {
    for (id, weak) in journaled where others[id] == nil {
      guard let log = weak.log else { continue }
      do {
        if let point = try log.flushPoint() { points.append((log, point)) }
      } catch {
        // A sync of its file failed, which may lack what the journal has.
        isJournalUsable = false
      }
    }
  }
}
