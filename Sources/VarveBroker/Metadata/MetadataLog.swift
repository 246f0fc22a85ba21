internal import Synchronization
package import VarveBase
internal import VarveLog

/// The metadata of a data directory on its disk: a log of changes and snapshots of what they come
/// to, in Kafka's files.
///
/// A change is decided on the image as it is, appended, made durable, and only then part of the
/// image (`change`). Opening reads the newest snapshot that is whole and the log after it.
///
/// May be used from any thread. Changes are made one after the other, each waiting for the disk;
/// reading the ``image`` waits for none of them.
package final class MetadataLog: Sendable {
  package struct Settings: Sendable {
    /// Bytes of log after which a snapshot is made; more where snapshots are larger themselves.
    package var snapshotBytes = 1 << 22
    /// What the root's recovery-point checkpoint says of the metadata log.
    package var recoveryPoint: Offset = 0
    /// Whether the root's clean-shutdown marker was there.
    package var isCleanlyClosed = false

    package init() {}
  }

  package static let partition: TopicPartition = {
    guard let partition = TopicPartition(directoryName: MetadataDirectory.name) else {
      preconditionFailure("the metadata log's directory has a partition's name")
    }
    return partition
  }()

  let directory: MetadataDirectory
  let log: PartitionLog
  let time: any TimeSource
  let settings: Settings
  let writer: Mutex<Writer>
  private let published: Mutex<MetadataImage>

  /// What the lock of changes guards.
  struct Writer: ~Copyable {
    var state: MetadataState
    var builder = RecordBatchBuilder()
    /// Bytes appended since the last snapshot.
    var logBytes: Int
    var snapshotBytes = 0
    /// Why the last snapshot that was due could not be made.
    var snapshotFailure: MetadataError?
  }

  init(
    _ directory: MetadataDirectory, log: PartitionLog, time: any TimeSource, settings: Settings,
    state: MetadataState, logBytes: Int
  ) {
    self.directory = directory
    self.log = log
    self.time = time
    self.settings = settings
    writer = Mutex(Writer(state: state, logBytes: logBytes))
    published = Mutex(state.image)
  }

  /// The metadata as it is on the disk.
  package var image: MetadataImage { published.withLock { $0 } }

  func publish(_ image: MetadataImage) { published.withLock { $0 = image } }

  /// All before it survives a power loss: for the root's recovery-point checkpoint.
  package var flushedOffset: Offset { log.flushedOffset }

  /// Why the last snapshot that was due could not be made; nil where all is well. The metadata is
  /// safe either way, and the next change tries again.
  package var snapshotFailure: MetadataError? { writer.withLock { $0.snapshotFailure } }

  /// Closes the log in order. Changes fail from then on.
  package func close() throws(MetadataError) {
    try writer.withLock { _ throws(MetadataError) in
      do throws(LogError) { try log.close() } catch { throw MetadataError(error) }
    }
  }
}

extension MetadataError {
  /// The metadata's name for an error of the log, the disk or the records.
  init(_ error: any Error) {
    switch error {
    case let error as MetadataError: self = error
    case let error as LogError:
      self.init(Self.code(for: error), error.description, cause: error.cause as? FileError)
    default: self.init(.io, "\(error)", cause: error as? FileError)
    }
  }

  private static func code(for error: LogError) -> Code {
    switch error.code {
    case .corrupt, .invalidRecord: .corrupt
    case .unsupportedVersion: .unknownVersion
    default: .io
    }
  }
}
