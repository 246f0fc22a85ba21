package import VarveBase

/// What went wrong in a log: the one error of this layer.
///
/// The message says what was found and what to do about it; the place says where.
package struct LogError: Error, CustomStringConvertible, Sendable {
  package enum Code: String, Sendable {
    /// Bytes on disk that no writer of this format left there.
    case corrupt
    /// A file or record of a format newer than this program reads.
    case unsupportedVersion
    /// A file that belongs to another program, or to another topic.
    case foreignFile
    /// An offset before the log's start or past its end.
    case offsetOutOfRange
    /// An offset too far from its segment's first one for the four bytes that indexes give it.
    case segmentOverflow
    case batchTooLarge
    case invalidRecord
    case invalidTimestamp
    /// A producer's batch that does not follow the one before it, or one so old that it can't be
    /// told from that.
    case outOfOrderSequence
    /// A batch from a producer that a newer one has replaced.
    case invalidProducerEpoch
    /// A batch that the producer's transaction does not allow.
    case invalidTransactionState
    /// The log was opened for reading only.
    case readOnly
    case closed
    /// Another process, or another log of this process, holds the directory.
    case locked
    /// The file system refused or failed; `cause` has its words.
    case io
  }

  package var code: Code
  /// What was found, and the way out.
  package var message: String
  package var partition: TopicPartition?
  /// The path of the file concerned.
  package var file: String?
  /// The offset concerned.
  package var offset: Offset?
  /// Bytes from the start of the file, or the line of a text file.
  package var place: Place?
  package var cause: (any Error)?

  /// Where in a file.
  package enum Place: Sendable, Equatable, CustomStringConvertible {
    case byte(Int)
    case line(Int)

    package var description: String {
      switch self {
      case .byte(let position): "byte \(position)"
      case .line(let number): "line \(number)"
      }
    }
  }

  package init(
    _ code: Code, _ message: String, partition: TopicPartition? = nil, file: String? = nil,
    offset: Offset? = nil, at place: Place? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.partition = partition
    self.file = file
    self.offset = offset
    self.place = place
    self.cause = cause
  }

  /// The log's name for a failed operation on a file.
  package init(_ error: FileError) {
    let code: Code =
      switch error.code {
      case .locked: .locked
      case .readOnly: .readOnly
      default: .io
      }
    self.init(code, error.description, file: error.path, cause: error)
  }

  /// Place, then message: `orders-0: 00000000000000000000.index: byte 24: …`.
  package var description: String {
    var parts: [String] = []
    if let partition { parts.append("\(partition)") }
    // A `FileError` has named its path already.
    if let file, !(cause is FileError) { parts.append(file) }
    if let place { parts.append("\(place)") }
    if let offset { parts.append("offset \(offset)") }
    parts.append(message)
    if let cause, !(cause is FileError) { parts.append("\(cause)") }
    return parts.joined(separator: ": ")
  }
}

extension LogError {
  /// The log's name for a batch that cannot be right, found at a byte of a file.
  package init(_ error: RecordBatchError, in file: String, at position: Int) {
    self.init(.corrupt, error.message, file: file, at: .byte(position), cause: nil)
  }

  /// The log's name for a batch from outside that cannot be right.
  package init(_ error: RecordBatchError, for partition: TopicPartition) {
    self.init(.invalidRecord, error.message, partition: partition)
  }
}

extension LogError {
  /// The same, said of a partition.
  func named(_ partition: TopicPartition) -> LogError {
    var error = self
    error.partition = partition
    return error
  }
}
