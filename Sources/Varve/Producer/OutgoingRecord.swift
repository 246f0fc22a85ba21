internal import VarveBase
internal import VarveLog

/// What is said of a record on its way into a batch besides its key and value. Those are handed on
/// as the caller's, never kept: many tasks may send the same one, and each copy counts a reference.
struct OutgoingRecord {
  var partition: Int32?
  var headers: [Header]
  var timestamp: Timestamp?

  /// Calls `body` with the bytes of key and value.
  static func withBytes(
    of key: (any Payload)?, _ value: (any Payload)?,
    _ body: (_ key: RawSpan?, _ value: RawSpan?) throws(VarveError) -> Void
  ) throws(VarveError) {
    try withBytes(of: key) { (key) throws(VarveError) in
      try withBytes(of: value) { (value) throws(VarveError) in try body(key, value) }
    }
  }

  private static func withBytes(
    of payload: (any Payload)?, _ body: (RawSpan?) throws(VarveError) -> Void
  ) throws(VarveError) {
    guard let payload else { return try body(nil) }
    try payload.withBytes { (bytes) throws(VarveError) in try body(bytes) }
  }

  var recordHeaders: [RecordHeader] {
    headers.map { RecordHeader(key: $0.name, value: $0.value) }
  }
}

/// What a sender is told.
enum SendAnswer: Sendable {
  case receipt(RecordReceipt)
  case failure(VarveError)
  /// The record was not taken: this much memory is missing for it.
  case noRoom(bytes: Int)
}

/// Who hears of a record's outcome.
enum Listener {
  case receipt(SendContinuation)
  /// The next flush, and only of a failure.
  case flush
}

/// The producer id that makes its batches recognisable when they are sent twice (KIP-98).
package struct ProducerIdentity: Sendable, Equatable {
  package var id: Int64
  package var epoch: Int16

  package init(id: Int64, epoch: Int16) {
    self.id = id
    self.epoch = epoch
  }
}
