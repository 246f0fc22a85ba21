package import VarveBase

/// A record of `__transaction_state`: a transactional id, and its state; no value forgets it.
package struct TransactionRecord: CoordinatorRecord {
  package var transactionalID: String
  package var value: TransactionLogValue?

  package init(_ transactionalID: String, _ value: TransactionLogValue?) {
    self.transactionalID = transactionalID
    self.value = value
  }

  package init?(key: RawSpan, value: RawSpan?) throws(WireError) {
    let frame = try RecordFrame(key: key, value: value, of: "transaction record")
    guard frame.type == TransactionLogKey.api.key else { return nil }
    let name: TransactionLogKey = try frame.key()
    self.init(name.transactionalID, try frame.value())
  }

  /// The version with tagged fields, which Kafka writes since 4.0 (KIP-890).
  package var encoded: (key: ByteSlice, value: ByteSlice?) {
    var name = TransactionLogKey()
    name.transactionalID = transactionalID
    return RecordFrame.encode(name, value, version: 1)
  }
}
