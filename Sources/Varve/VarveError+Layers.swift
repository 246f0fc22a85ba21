package import VarveBase
package import VarveBroker
package import VarveLog

// Where an error of the layers below becomes one that users see: nowhere else.

extension VarveError {
  /// The user's name for an error of a log.
  package init(_ error: LogError) {
    let fileError = error.cause as? FileError
    self.init(
      fileError.map { Code($0, in: error.code) } ?? Code(error.code), error.description,
      partition: error.partition, cause: error.cause)
  }

  /// The user's name for an error of the broker.
  package init(_ error: BrokerError) {
    let metadata = error.cause as? MetadataError ?? (error.cause as? CatalogError)?.cause
    if let log = error.cause as? LogError {
      self.init(log)
    } else if let file = metadata?.cause {
      self.init(Code(file, in: .io), error.message, cause: file)
    } else {
      self.init(Code(error.code), error.message, cause: error.cause)
    }
  }

  /// The user's name for bytes of a partition that cannot be right.
  package init(_ error: RecordBatchError, in partition: TopicPartition) {
    self.init(Code(error.code), error.message, partition: partition, cause: error)
  }

  /// The user's name for a record that cannot be put into a batch.
  package init(building error: RecordBatchError, for partition: TopicPartition) {
    let code: Code =
      switch error.code {
      case .codecUnavailable, .unknownCodec: .unsupportedCompression
      case .tooLarge: .recordTooLarge
      default: .invalidRecord
      }
    self.init(code, error.message, partition: partition, cause: error)
  }

  init(_ error: InvalidTopicName) { self.init(.invalidTopic, error.description, cause: error) }

  /// What a wait ends with when its task is cancelled.
  package static func cancelled(_ what: String) -> VarveError {
    VarveError(.cancelled, "the task was cancelled while it waited for \(what)")
  }

  package static func closed(_ what: String) -> VarveError {
    VarveError(.closed, "\(what) was closed")
  }
}

extension TopicName {
  /// Throws `.invalidTopic`.
  init(named name: String) throws(VarveError) {
    do { try self.init(name) } catch { throw VarveError(error) }
  }
}

extension VarveError.Code {
  init(_ code: BrokerError.Code) {
    self =
      switch code {
      case .closed: .closed
      case .log(let code): VarveError.Code(code)
      case .catalog(let code): VarveError.Code(code)
      case .metadata(.corrupt): .corrupt
      case .metadata(.unknownVersion): .unsupportedVersion
      case .metadata(.foreign): .foreignFile
      case .metadata(.io): .storage
      }
  }

  init(_ code: CatalogError.Code) {
    self =
      switch code {
      case .unknownTopicOrPartition, .unknownTopicID: .unknownTopicOrPartition
      case .invalidTopic: .invalidTopic
      case .topicAlreadyExists: .topicAlreadyExists
      case .invalidPartitions: .invalidPartitions
      case .invalidConfig: .invalidConfig
      case .invalidRequest, .policyViolation: .invalidArgument
      case .storage: .storage
      }
  }

  init(_ code: LogError.Code) {
    self =
      switch code {
      case .corrupt: .corrupt
      case .unsupportedVersion: .unsupportedVersion
      case .foreignFile: .foreignFile
      case .offsetOutOfRange: .offsetOutOfRange
      case .segmentOverflow: .invalidRecord
      case .batchTooLarge: .recordTooLarge
      case .invalidRecord: .invalidRecord
      case .invalidTimestamp: .invalidTimestamp
      case .outOfOrderSequence: .outOfOrderSequence
      case .invalidProducerEpoch: .fenced
      case .invalidTransactionState: .invalidTransactionState
      case .readOnly: .readOnly
      case .closed: .closed
      case .locked: .locked
      case .io: .storage
      }
  }

  /// The file system knows best why it failed; what it did not cause keeps its own name.
  init(_ error: FileError, in code: LogError.Code) {
    self =
      switch (code, error.code) {
      case (.io, .noSpace): .diskFull
      case (.io, .tooManyOpenFiles), (.io, .noMemory): .unavailable
      case (.io, .permission), (.io, .readOnly): .readOnly
      default: VarveError.Code(code)
      }
  }

  /// Bytes that were read.
  init(_ code: RecordBatchError.Code) {
    self =
      switch code {
      case .codecUnavailable: .unsupportedCompression
      case .unsupportedMagic: .unsupportedVersion
      default: .corrupt
      }
  }
}
