/// A change of the catalogue that is refused. Nothing was changed.
package struct CatalogError: Error, CustomStringConvertible {
  /// The reason, as Kafka's protocol numbers it.
  package enum Code: Int16, Sendable {
    case unknownTopicOrPartition = 3
    case invalidTopic = 17
    case topicAlreadyExists = 36
    case invalidPartitions = 37
    case invalidConfig = 40
    case invalidRequest = 42
    case policyViolation = 44
    /// The disk failed: whether the change is there after a restart is not known.
    case storage = 56
    case unknownTopicID = 100
  }

  package let code: Code
  package let reason: String
  /// What kept the metadata from being written, for `.storage`.
  package let cause: MetadataError?

  package init(_ code: Code, _ reason: String, cause: MetadataError? = nil) {
    self.code = code
    self.reason = reason
    self.cause = cause
  }

  init(_ error: ConfigError) { self.init(.invalidConfig, error.description) }

  package var description: String { reason }
}
