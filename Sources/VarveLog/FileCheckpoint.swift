internal import Synchronization
internal import VarveBase

/// Syncs the files of many logs by one call for the file system.
///
/// An error of it is final. The kernel tells it once, and may have dropped pages of any log: from
/// then on no log that comes here is durable any more.
final class FileCheckpoint: Sendable {
  private let root: String
  private let fileSystem: any FileSystem
  private let state = Mutex(State())

  private struct State {
    /// Open from before the first promise on, so that it is told of every error.
    var volume: (any Volume)?
    var failure: FileError?
    /// Of a log among those synced whose own sync had failed: its file may lack what it had in a
    /// journal.
    var failureOfLog: LogError?
  }

  init(root: String, on fileSystem: any FileSystem) {
    self.root = root
    self.fileSystem = fileSystem
  }

  /// Why journals may not start over after the syncs so far; nil where they may.
  var failure: (any Error)? {
    state.withLock { state -> (any Error)? in state.failure as (any Error)? ?? state.failureOfLog }
  }

  /// Opens the volume, before the first batch is promised that only a journal has. Throws where
  /// that cannot be done.
  func open() throws(FileError) { _ = try volume() }

  private func volume() throws(FileError) -> any Volume {
    try state.withLock { state throws(FileError) in
      if let volume = state.volume { return volume }
      let volume = try fileSystem.volume(below: root)
      state.volume = volume
      return volume
    }
  }

  /// Makes the logs durable up to their points. Returns an error for each where that fails.
  func sync(_ points: [SharedSync.Point]) -> [ObjectIdentifier: LogError] {
    do throws(FileError) {
      if let failure = state.withLock({ $0.failure }) { throw failure }
      try volume().syncAll()
      return flushed(points)
    } catch {
      state.withLock { $0.failure = error }
      var failures: [ObjectIdentifier: LogError] = [:]
      for (log, _) in points { failures[ObjectIdentifier(log)] = log.fail(error) }
      return failures
    }
  }

  private func flushed(_ points: [SharedSync.Point]) -> [ObjectIdentifier: LogError] {
    var failures: [ObjectIdentifier: LogError] = [:]
    for (log, point) in points {
      do throws(LogError) {
        // A sync of its own that runs yet says first how it went.
        try log.syncing.withLock { _ throws(LogError) in try log.flushed(point) }
      } catch { failures[ObjectIdentifier(log)] = error }
    }
    if let failure = failures.values.first { state.withLock { $0.failureOfLog = failure } }
    return failures
  }
}
