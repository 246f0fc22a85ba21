/// What is wrong with the bytes of a record batch.
@usableFromInline
package struct RecordBatchError: Error, Equatable, CustomStringConvertible {
  package enum Code: Sendable {
    /// The bytes end before the batch does.
    case truncated
    /// The length or the counts of the header contradict themselves.
    case badLength
    /// The batch is of another format version than 2.
    case unsupportedMagic
    case checksumMismatch
    /// The codec's number stands for none.
    case unknownCodec
    /// This build lacks the codec: a package trait is off.
    case codecUnavailable
    /// A record does not fit into its batch or contradicts itself.
    case malformedRecord
    /// The compressed bytes are damaged.
    case decompression
    /// The batch, compressed or not, is larger than it may be.
    case tooLarge
    /// The batch takes much memory once decompressed, as another one does at the time.
    case busy
  }

  package let code: Code
  /// What is wrong and with which record or byte of the batch.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  @usableFromInline package var description: String { message }
}
