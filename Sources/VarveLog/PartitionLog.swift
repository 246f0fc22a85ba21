package import VarveBase
internal import Synchronization

/// One partition on disk: segments of record batches, appended at the end, read anywhere.
///
/// Appends take one lock, for the copy and the header only. Reads take it once, to find their
/// segment; a `LogCursor` that follows the end takes it only to go from one segment to the next.
/// The ends that readers go by are atomics, published after the bytes they cover.
///
/// Every method may be called from any thread, and blocks for at most the disk.
package final class PartitionLog: Sendable {
  package let partition: TopicPartition
  /// Which topic of that name it is; zero for a log by itself.
  package let topicID: TopicID
  /// The partition's directory.
  package let directory: String
  let fileSystem: any FileSystem
  let time: any TimeSource
  let state: Mutex<State>
  /// Held by whoever renames or removes files of closed segments. Taken before `state`, never with
  /// it held, so that appends don't wait for that work.
  let closedFiles = Mutex(ClosedFiles())
  /// Held by whoever syncs the log's files, until the outcome is in `state`. Taken before that, and
  /// after `closedFiles`.
  let syncing = Mutex<Void>(())

  private let publishedEnd: Atomic<Int64>
  private let publishedStableEnd: Atomic<Int64>
  private let publishedStart: Atomic<Int64>
  private let publishedFlushed: Atomic<Int64>
  private let publishedClosed = Atomic(false)
  private let publishedCompression: Atomic<Int>
  package let waiters = AppendWaiters()

  /// What the lock guards. A function that is called with a borrowed state gets a copy of all of
  /// it, half a kilobyte: those that an append calls are inlined.
  struct State: ~Copyable {
    var configuration: LogConfiguration
    /// By base offset; the last one is the writer's.
    var segments: [Segment]
    var writer: SegmentWriter
    var producers: ProducerStateTable
    var leaderEpochs: LeaderEpochs
    var logStartOffset: Offset
    /// All before it is in the log's files for good.
    var recoveryPoint: Offset
    var durable: DurableEnd
    /// Closed segments whose files were not synced yet.
    var unsynced: [UnsyncedSegment] = []
    var lastFlush: Timestamp
    /// Set once a sync failed: what is on the disk is unknown from then on (see `fail`).
    var failure: LogError? { didSet { hasFailed = failure != nil } }
    /// Each append asks this: the failure itself is large to look at.
    private(set) var hasFailed = false
    var isClosed = false
  }

  init(
    _ partition: TopicPartition, topicID: TopicID, directory: String,
    on fileSystem: any FileSystem, time: any TimeSource, state: consuming sending State
  ) {
    self.partition = partition
    self.topicID = topicID
    self.directory = directory
    self.fileSystem = fileSystem
    self.time = time
    publishedEnd = Atomic(state.writer.nextOffset.rawValue)
    publishedStableEnd = Atomic(state.lastStableOffset.rawValue)
    publishedStart = Atomic(state.logStartOffset.rawValue)
    publishedFlushed = Atomic(state.durable.offset.rawValue)
    publishedCompression = Atomic(Self.number(of: state.configuration.compression))
    self.state = Mutex(state)
  }

  /// The offset that the next record gets.
  package var endOffset: Offset { Offset(publishedEnd.load(ordering: .acquiring)) }

  /// The first offset that may belong to a transaction still open: what read-committed readers
  /// stop at. The log end where none is open.
  package var lastStableOffset: Offset { Offset(publishedStableEnd.load(ordering: .acquiring)) }

  /// The first offset that may be read.
  package var startOffset: Offset { Offset(publishedStart.load(ordering: .acquiring)) }

  /// All before it is in the log's files for good: where the check after a crash begins.
  package var recoveryPoint: Offset { state.withLock { $0.recoveryPoint } }

  /// All before it survives a power loss.
  package var flushedOffset: Offset { Offset(publishedFlushed.load(ordering: .acquiring)) }

  /// Whether the log was closed: what is in it can be read by those inside, and nothing comes.
  package var isClosed: Bool { publishedClosed.load(ordering: .acquiring) }

  /// The codec that batches are stored with; nil for that of their producer. Takes no lock.
  package var compression: CompressionCodec? {
    CompressionCodec(rawValue: UInt8(publishedCompression.load(ordering: .relaxed)))
  }

  /// None of the codecs' numbers where there is no codec.
  private static func number(of codec: CompressionCodec?) -> Int {
    codec.map { Int($0.rawValue) } ?? Int(UInt8.max)
  }

  package var configuration: LogConfiguration { state.withLock { $0.configuration } }

  /// Takes effect at the next append; the segment in use keeps its size.
  package func reconfigure(_ configuration: LogConfiguration) {
    state.withLock { $0.configuration = configuration }
    publishedCompression.store(Self.number(of: configuration.compression), ordering: .relaxed)
  }

  /// Shows what an append changes.
  @inline(__always)
  func publishEnds(_ state: borrowing State) {
    publishedEnd.store(state.writer.nextOffset.rawValue, ordering: .releasing)
    publishedStableEnd.store(state.lastStableOffset.rawValue, ordering: .releasing)
  }

  /// Shows all that changes.
  func publish(_ state: borrowing State) {
    publishEnds(state)
    publishedStart.store(state.logStartOffset.rawValue, ordering: .releasing)
    publishedFlushed.store(state.durable.offset.rawValue, ordering: .releasing)
    publishedClosed.store(state.isClosed, ordering: .releasing)
  }
}

extension PartitionLog.State {
  @inline(__always) var lastStableOffset: Offset {
    // The start of an open transaction may have been deleted: what is left of it is undecided.
    max(producers.firstUndecidedOffset ?? writer.nextOffset, logStartOffset)
  }

  /// Whether an append counts as done only after a sync.
  @inline(__always) var mustSync: Bool {
    configuration.durability == .group
      || writer.nextOffset - durable.offset >= configuration.flushMessages
  }

  /// Whether a batch belongs into a new segment.
  @inline(__always)
  func mustRoll(for batch: RecordBatchHeader) -> Bool {
    writer.mustRoll(
      for: batch, segmentBytes: configuration.segmentBytes,
      milliseconds: configuration.rollMilliseconds)
  }

  /// Throws unless the log can be written.
  @inline(__always)
  func checkWritable(_ partition: TopicPartition) throws(LogError) {
    if hasFailed || isClosed { throw Self.refusal(failure, partition) }
  }

  @inline(never)
  private static func refusal(_ failure: LogError?, _ partition: TopicPartition) -> LogError {
    failure ?? LogError(.closed, "the log of \(partition) was closed")
  }
}

/// A closed segment whose files still have to be synced.
struct UnsyncedSegment: Sendable {
  let segment: Segment
  let file: any File
  let indexes: SegmentIndexes
}

/// What is under way with the files of closed segments.
struct ClosedFiles {
  /// Segments out of use, whose files go when their time has come; in the order of their removal.
  var removed: [RemovedSegment] = []
  /// Whether compaction or cold compression is at work: one at a time.
  var isRewriting = false
}

/// A segment whose files were renamed to `.deleted`.
struct RemovedSegment: Sendable {
  let files: SegmentFiles
  let removedAt: Timestamp
}
