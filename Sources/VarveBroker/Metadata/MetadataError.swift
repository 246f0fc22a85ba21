package import VarveBase

/// Metadata that cannot be used.
package struct MetadataError: Error, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The log or a snapshot contradicts itself or cannot be decoded.
    case corrupt
    /// It was written by a version of Kafka or Varve whose records are not known here.
    case unknownVersion
    /// The directory belongs to another node of a cluster, or to several.
    case foreign
    /// The disk failed.
    case io
  }

  package let code: Code
  /// What is wrong, and what to do where that is not plain.
  package let reason: String
  /// The file, where one is at fault.
  package let path: String?
  /// The offset of the record at fault, where one is.
  package let offset: Offset?
  /// What the disk said, where it failed.
  package let cause: FileError?

  package init(
    _ code: Code, _ reason: String, path: String? = nil, offset: Offset? = nil,
    cause: FileError? = nil
  ) {
    self.code = code
    self.reason = reason
    self.path = path
    self.offset = offset
    self.cause = cause
  }

  /// The same, told where; what it knew already stays.
  func at(path: String? = nil, offset: Offset? = nil) -> MetadataError {
    MetadataError(
      code, reason, path: self.path ?? path, offset: self.offset ?? offset, cause: cause)
  }

  package var description: String {
    var text = reason
    if let path { text += ", in \(path)" }
    if let offset { text += " at offset \(offset)" }
    return text
  }
}
