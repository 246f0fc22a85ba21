internal import Dispatch
package import VarveBase

/// Makes what was appended to many logs durable at once: by a commit journal where it is little,
/// else by one sync of the whole file system.
///
/// A journal that is full stays as it is until the files of its logs are synced, which another
/// thread sees to: meanwhile the rounds go on in the other journal.
package struct SharedSync: ~Copyable {
  /// How much a journal takes.
  package struct Limits: Sendable {
    /// The size of its file: how much is written twice before the logs' files are synced.
    package var journalBytes = 32 << 20
    /// What is more is worth a sync of the files that it is in.
    package var roundBytes = 4 << 20

    package init() {}
  }

  private let limits: Limits
  private let files: FileCheckpoint
  private let worker: Worker
  /// The journal in use, and the other one.
  private var journal: CommitJournal
  private var spare: CommitJournal
  /// Logs of which the journal in use has what their own files may not have.
  private var journaled: [ObjectIdentifier: WeakLog] = [:]
  /// Whether journals may be written: not once they are closed, or after an error that leaves
  /// unknown what they can be trusted with.
  private var isJournalUsable = true
  private let journalsStopped: @Sendable (any Error) -> Void

  private struct WeakLog { weak var log: PartitionLog? }

  typealias Point = (log: PartitionLog, point: PartitionLog.FlushPoint)

  /// For logs in directories below `root`, which all lie in one file system. `journalsStopped` is
  /// called at most once, with an error after which all rounds are left to the files.
  package init(
    root: String, on fileSystem: any FileSystem, limits: Limits = Limits(),
    worker: Worker = .thread(), journalsStopped: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    self.journalsStopped = journalsStopped
    self.limits = limits
    self.worker = worker
    files = FileCheckpoint(root: root, on: fileSystem)
    let paths = CommitJournal.fileNames.map { "\(root)/\($0)" }
    journal = CommitJournal(paths[0], capacity: limits.journalBytes, on: fileSystem)
    spare = CommitJournal(paths[1], capacity: limits.journalBytes, on: fileSystem)
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
      } catch {
        failures[id] = error
        // The log's file may lack what the journal has, which is kept for the next start.
        if journaled[id] != nil { stopJournals(after: error) }
      }
    }
    guard !points.isEmpty, !writeJournal(points) else { return failures }
    // One at a time: an error of the disk is told to one of two who ask at once.
    worker.finish()
    failures.merge(files.sync(points + journaledPoints(except: logs))) { $1 }
    if mayUseJournals() { restart() }
    return failures
  }

  /// Ends the work with the journals: a round that comes later is left to the files.
  package mutating func close() {
    isJournalUsable = false
    worker.finish()
  }

  /// Whether a journal has it all now.
  private mutating func writeJournal(_ points: [Point]) -> Bool {
    guard mayUseJournals(), let commits = commits(points) else { return false }
    do throws(FileError) {
      try files.open()
      var isWritten = try journal.write(commits)
      if !isWritten, changeJournals() { isWritten = try journal.write(commits) }
      guard isWritten else { return false }
    } catch {
      // The files themselves are synced instead, which says what is wrong if all of it is.
      if error.code != .noSpace { stopJournals(after: error) }
      return false
    }
    for (log, point) in points {
      log.committed(point)
      journaled[ObjectIdentifier(log)] = WeakLog(log: log)
    }
    return true
  }

  /// Goes on in the other journal, while the files are synced for this one. False where the other
  /// one is still needed, for good.
  private mutating func changeJournals() -> Bool {
    worker.finish()
    let points = journaledPoints()
    guard mayUseJournals() else { return false }
    worker.start { [files] in _ = files.sync(points) }
    swap(&journal, &spare)
    restart()
    return true
  }

  private mutating func restart() {
    journal.restart()
    journaled = [:]
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

  /// What a sync of all files frees the journal in use of.
  private mutating func journaledPoints(
    except others: [ObjectIdentifier: PartitionLog] = [:]
  ) -> [Point] {
    var points: [Point] = []
    for (id, weak) in journaled where others[id] == nil {
      guard let log = weak.log else { continue }
      do {
        if let point = try log.flushPoint() { points.append((log, point)) }
      } catch { stopJournals(after: error) }
    }
    return points
  }

  private mutating func mayUseJournals() -> Bool {
    if let failure = files.failure { stopJournals(after: failure) }
    return isJournalUsable
  }

  private mutating func stopJournals(after error: any Error) {
    guard isJournalUsable else { return }
    isJournalUsable = false
    journalsStopped(error)
  }
}

extension SharedSync {
  /// Who syncs files while rounds go on.
  package struct Worker: Sendable {
    /// Takes work to be done soon, in order.
    let start: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Returns once the work that was taken is done.
    let finish: @Sendable () -> Void

    package init(
      start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
      finish: @escaping @Sendable () -> Void
    ) {
      self.start = start
      self.finish = finish
    }

    /// A thread that is there while there is work.
    package static func thread() -> Worker {
      let queue = DispatchQueue(label: "varve.checkpoint")
      return Worker(start: { work in queue.async { work() } }, finish: { queue.sync {} })
    }
  }
}
