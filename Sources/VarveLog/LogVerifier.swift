package import VarveBase

/// Reads everything in a partition's directory and reports every fault; changes nothing.
///
/// It checks each batch (header, checksum, records, offsets without a gap), each index entry
/// against the log, the transaction index and the producer snapshots against what the log says,
/// the leader epochs, `partition.metadata`, and names that do not belong there. So any flipped bit
/// is reported, except where Kafka's format has nothing to compare it with:
///
/// - a base offset in a compacted partition that stays between its neighbours', where gaps are
///   legal,
/// - the topic id, unless `topicID` says what it must be,
/// - leader epochs before the log's start, and where there is no checkpoint of them,
/// - an index entry that is no longer the one that was written and still true: it only makes a
///   lookup scan further.
///
/// The directory may be one that another process writes: faults past the last whole batch may then
/// be what it is about to finish.
package struct LogVerifier {
  package let directory: String
  let fileSystem: any FileSystem
  /// Whether batches may be missing within the log: `cleanup.policy` has `compact`.
  package var isCompacted = false
  /// From the log-start checkpoint: what is before it may be gone.
  package var logStartOffset: Offset = 0
  /// From the recovery-point checkpoint: the log must reach up to it.
  package var recoveryPoint: Offset = 0
  /// What `partition.metadata` must name; nil where that is not known.
  package var topicID: TopicID?

  package init(_ directory: String, on fileSystem: any FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// What is wrong, and where.
  package struct Fault: Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
      /// Bytes that are no whole batch.
      case damagedBatch
      /// A whole batch whose records do not fit its header.
      case damagedRecords
      /// Offsets between two batches or segments that neither has, or that both have.
      case missingOffsets
      case offsetIndex, timeIndex, transactionIndex
      case producerSnapshot, leaderEpochs, partitionMetadata
      /// Of a data directory: whose it is, where its logs begin and were synced to, its topics.
      case metaProperties, checkpoint, metadata
      /// A name that is none of the log's.
      case foreignFile
      /// A file that an interrupted operation left; opening the log removes or finishes it.
      case leftover
      /// The file system refused or failed.
      case unreadable
    }

    package var code: Code
    /// The file's name in the directory.
    package var file: String
    /// Bytes from the start of the file, or a line of it.
    package var place: LogError.Place?
    package var offset: Offset?
    /// What is wrong, as a sentence.
    package var message: String

    package init(
      _ code: Code, file: String, at place: LogError.Place? = nil, offset: Offset? = nil,
      _ message: String
    ) {
      self.code = code
      self.file = file
      self.place = place
      self.offset = offset
      self.message = message
    }

    package var description: String {
      let position = place.map { ": \($0)" } ?? ""
      return "\(file)\(position): \(message)\(offset.map { " (offset \($0))" } ?? "")"
    }
  }

  /// What was read.
  package struct Summary: Sendable, Equatable {
    package var segments = 0
    package var batches = 0
    package var records = 0
    package var bytes = 0
    package var startOffset: Offset = 0
    package var endOffset: Offset = 0

    package init() {}
  }

  /// How far it is: bytes of `.log` files.
  package struct Progress: Sendable, Equatable {
    package let file: String
    package let bytesDone: Int
    package let bytesTotal: Int
  }

  /// Reads all of it. `onFault` is called for each fault as it is found, `progress` about once a
  /// mebibyte. Throws only where there is no such directory.
  @discardableResult
  package func verify(
    progress: (Progress) -> Void = { _ in }, onFault: (Fault) -> Void
  ) throws(LogError) -> Summary {
    let names: [String]
    do { names = try fileSystem.contents(ofDirectory: directory) } catch { throw LogError(error) }
    return withoutActuallyEscaping(onFault) { onFault in
      withoutActuallyEscaping(progress) { progress in
        var run = VerifierRun(self, names: names, onFault: onFault, onProgress: progress)
        run.verify()
        return run.summary
      }
    }
  }

  /// All faults at once, for directories that can't have millions.
  package func faults() throws(LogError) -> [Fault] {
    var found: [Fault] = []
    try verify { found.append($0) }
    return found
  }
}
