/// Why a batch from outside may not be stored.
package struct BatchRejection: Error, Equatable, CustomStringConvertible {
  package enum Code: Sendable {
    /// CORRUPT_MESSAGE: the bytes are not what was sent, or not a batch.
    case corrupt
    /// UNSUPPORTED_FOR_MESSAGE_FORMAT: a batch of an older format.
    case unsupportedFormat
    /// UNSUPPORTED_COMPRESSION_TYPE: this build lacks the codec.
    case unsupportedCompression
    /// INVALID_RECORD: a batch or record that breaks the topic's rules.
    case invalidRecord
    /// INVALID_TIMESTAMP: a record's time is out of the topic's bounds.
    case invalidTimestamp
    /// MESSAGE_TOO_LARGE: the records take too many bytes once decompressed.
    case tooLarge
    /// The batch is not judged: its records take much memory once decompressed, as those of another
    /// do at the time.
    case busy
  }

  /// A record at fault.
  package struct Fault: Equatable, Sendable {
    /// The record's place in the batch, 0 for the first.
    package let index: Int
    package let message: String
  }

  package let code: Code
  package let message: String
  /// The records at fault, up to `faultCountMax`; empty where the batch as a whole is.
  package let faults: [Fault]

  /// What is reported of a batch with more faults than that.
  package static let faultCountMax = 100

  package init(_ code: Code, _ message: String, faults: [Fault] = []) {
    self.code = code
    self.message = message
    self.faults = faults
  }

  init(_ error: RecordBatchError) {
    let code: Code =
      switch error.code {
      case .truncated, .badLength, .checksumMismatch, .malformedRecord, .decompression: .corrupt
      case .unsupportedMagic: .unsupportedFormat
      case .unknownCodec, .codecUnavailable: .unsupportedCompression
      case .tooLarge: .tooLarge
      case .busy: .busy
      }
    self.init(code, error.message)
  }

  package var description: String { message }
}
