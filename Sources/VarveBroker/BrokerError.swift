internal import VarveBase
package import VarveLog

/// Why a broker refused or failed. What was asked for did not happen, unless the message says that
/// it is not known.
package struct BrokerError: Error, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// As Kafka's protocol has it.
    case catalog(CatalogError.Code)
    /// As the log of a partition has it.
    case log(LogError.Code)
    /// The metadata log can't be read or written.
    case metadata(MetadataError.Code)
    case closed
  }

  package let code: Code
  package let message: String
  package let cause: (any Error)?

  package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  package init(_ error: LogError) {
    self.init(.log(error.code), error.description, cause: error)
  }

  package init(_ error: CatalogError) {
    self.init(.catalog(error.code), error.description, cause: error)
  }

  package init(_ error: MetadataError) {
    self.init(.metadata(error.code), error.description, cause: error)
  }

  /// Any error of the layers below.
  init(any error: any Error) {
    switch error {
    case let error as BrokerError: self = error
    case let error as LogError: self.init(error)
    case let error as CatalogError: self.init(error)
    case let error as MetadataError: self.init(error)
    case let error as ConfigError: self.init(CatalogError(error))
    case let error as FileError: self.init(LogError(error))
    default: preconditionFailure("an error of no known layer: \(error)")
    }
  }

  package var description: String { message }

  static func unknown(_ partition: TopicPartition) -> BrokerError {
    BrokerError(
      .catalog(.unknownTopicOrPartition),
      "there is no partition \(partition.partition) of topic "
        + "'\(partition.topic)'")
  }
}
