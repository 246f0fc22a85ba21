internal import Synchronization
internal import VarveBase
internal import VarveLog

extension MetadataLog {
  /// Makes a snapshot of the metadata as it is, and removes the log and the snapshots that are not
  /// needed any more.
  package func makeSnapshot() throws(MetadataError) {
    try writer.withLock { writer throws(MetadataError) in try makeSnapshot(&writer) }
  }

  /// Makes a snapshot where the log has grown so much that reading it would take longer than
  /// reading one.
  func snapshotIfDue(_ writer: inout Writer) {
    guard writer.logBytes >= max(settings.snapshotBytes, writer.snapshotBytes),
      !writer.state.replay.isWithinTransaction
    else { return }
    do throws(MetadataError) {
      try makeSnapshot(&writer)
      writer.snapshotFailure = nil
    } catch {
      writer.snapshotFailure = error
    }
  }

  private func makeSnapshot(_ writer: inout Writer) throws(MetadataError) {
    writer.snapshotBytes = try MetadataSnapshot.write(
      writer.state, in: directory.path, on: directory.fileSystem, now: time.now)
    writer.logBytes = 0
    // The log stays from the older of the snapshots kept, which stands in for the newest should
    // that not read.
    guard let oldest = try directory.removeOldSnapshots() else { return }
    do throws(LogError) {
      try log.deleteRecords(before: min(oldest.endOffset, log.endOffset))
      try log.applyRetention()
    } catch { throw MetadataError(error) }
  }
}
