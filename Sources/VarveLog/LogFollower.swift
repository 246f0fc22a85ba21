internal import Synchronization
package import VarveBase

/// Reads a partition's directory that another process writes, and follows it: sees every record
/// that is there whole, and never a part of one. It takes no lock and writes nothing.
///
/// What is new is seen after `refresh`. A batch counts once its length is there and its checksum is
/// right: the writer stores the length last, but a store that straddles a cache line is not one
/// step to another process. Behind the end that is known, files are read with calls, for a mapping
/// must not be touched past the end of its file, and the writer cuts files when it closes them;
/// before it, readers use mappings like the writer's own.
///
/// Retention and compaction of the writer are met by looking at the directory again: at a new
/// segment, and where a file is gone.
package final class LogFollower: ReadableLog {
  package let partition: TopicPartition
  package let directory: String
  let fileSystem: any FileSystem
  private let state: Mutex<State>

  struct State {
    var segments: [Segment]
    var tail: FollowedSegment
    var producers: ProducerStateTable
    var startOffset: Offset
    var leaderEpochs: LeaderEpochs

    var endOffset: Offset { tail.end.nextOffset }
    var lastStableOffset: Offset {
      max(producers.firstUndecidedOffset ?? endOffset, startOffset)
    }
  }

  /// Opens the directory as it is now. Throws `.io` where it is missing, `.corrupt` where it has no
  /// segment or a file cannot be right.
  package init(
    _ partition: TopicPartition, directory: String, on fileSystem: any FileSystem
  ) throws(LogError) {
    self.partition = partition
    self.directory = directory
    self.fileSystem = fileSystem
    let opening = FollowerOpening(partition, directory: directory, on: fileSystem)
    state = Mutex(try opening.open())
  }

  package var startOffset: Offset { state.withLock { $0.startOffset } }
  package var endOffset: Offset { state.withLock { $0.endOffset } }
  package var lastStableOffset: Offset { state.withLock { $0.lastStableOffset } }
  package var segments: [Segment] { state.withLock { $0.segments } }

  package func view(from offset: Offset) throws(LogError) -> LogView {
    try state.withLock { state throws(LogError) in
      guard offset >= state.startOffset && offset <= state.endOffset else {
        throw LogError(
          .offsetOutOfRange,
          """
          offset \(offset) of \(partition) is out of range: the log holds \(state.startOffset) to \
          \(state.endOffset)
          """)
      }
      let first = state.segments.lastIndex { $0.baseOffset <= offset } ?? 0
      return LogView(
        segments: state.segments[first...], lastStableOffset: state.lastStableOffset,
        endOffset: state.endOffset)
    }
  }

  /// Looks for what the writer has done since. True where the log has grown.
  ///
  /// Costs three system calls where nothing is new. Throws `.corrupt` or `.io`, and what is known
  /// stays.
  @discardableResult
  package func refresh() throws(LogError) -> Bool {
    try state.withLock { state throws(LogError) in
      let before = state.endOffset
      try state.tail.refresh(&state.producers)
      while let next = try successor(of: state) {
        state.tail.close()
        state.tail = next
        state.segments.append(next.segment)
        try state.tail.refresh(&state.producers)
      }
      try followRemovals(&state)
      return state.endOffset > before
    }
  }

  /// Looks at the whole directory: what was removed or rewritten meanwhile is noticed at once, not
  /// only at the next new segment.
  package func reload() throws(LogError) {
    let opening = FollowerOpening(partition, directory: directory, on: fileSystem)
    let new = try opening.open()
    state.withLock { $0 = new }
  }

  /// The segment that starts where the last one ends. Its file is made after the last append to the
  /// one before.
  private func successor(of state: borrowing State) throws(LogError) -> FollowedSegment? {
    let base = state.endOffset
    guard base > state.tail.segment.baseOffset else { return nil }
    let opening = FollowerOpening(partition, directory: directory, on: fileSystem)
    guard try opening.isComplete(base) else { return nil }
    return try FollowedSegment(
      SegmentFiles(directory: directory, baseOffset: base), on: fileSystem)
  }

  /// Drops segments whose files are gone, and follows the log-start checkpoint then.
  private func followRemovals(_ state: inout State) throws(LogError) {
    let count = state.segments.count
    while state.segments.count > 1, let first = state.segments.first {
      do {
        guard try fileSystem.kind(of: first.files.log) == nil else { break }
      } catch { throw LogError(error) }
      state.segments.removeFirst()
    }
    guard state.segments.count < count else { return }
    let opening = FollowerOpening(partition, directory: directory, on: fileSystem)
    state.startOffset = max(
      state.startOffset, state.segments.first?.baseOffset ?? 0, try opening.checkpointedStart())
  }
}
