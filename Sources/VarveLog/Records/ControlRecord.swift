package import VarveBase

/// A record of a control batch: it speaks to brokers and consumers' libraries, not to users.
///
/// The key is a version and a type, 2 bytes each; the value depends on the type. That of a
/// transaction's marker is a version (2 bytes) and the coordinator's epoch (4) (KIP-98).
package enum ControlRecord: Equatable, Sendable {
  case abort(coordinatorEpoch: Int32)
  case commit(coordinatorEpoch: Int32)
  /// Those of Kafka's metadata log (KIP-595, KIP-630, KIP-853), which are recognised, not read.
  case leaderChange, snapshotHeader, snapshotFooter, kraftVersion, kraftVoters
  /// A type that Kafka may have added since; to be skipped.
  case unknown(type: Int16)

  /// Reads a record of a control batch. Throws `.malformedRecord` where it is too short.
  package init(_ record: borrowing RecordView) throws(RecordBatchError) {
    guard let key = record.key, key.byteCount >= 4, key.bigEndian(at: 0, as: Int16.self) >= 0
    else {
      throw RecordBatchError(
        .malformedRecord,
        "control record at offset \(record.offset): the key is not a version and a type")
    }
    switch key.bigEndian(at: 2, as: Int16.self) {
    case 0: self = .abort(coordinatorEpoch: try Self.coordinatorEpoch(of: record))
    case 1: self = .commit(coordinatorEpoch: try Self.coordinatorEpoch(of: record))
    case 2: self = .leaderChange
    case 3: self = .snapshotHeader
    case 4: self = .snapshotFooter
    case 5: self = .kraftVersion
    case 6: self = .kraftVoters
    case let type: self = .unknown(type: type)
    }
  }

  private static func coordinatorEpoch(
    of record: borrowing RecordView
  ) throws(RecordBatchError) -> Int32 {
    guard let value = record.value, value.byteCount >= 6,
      value.bigEndian(at: 0, as: Int16.self) >= 0
    else {
      throw RecordBatchError(
        .malformedRecord,
        "control record at offset \(record.offset): the value is not a version and an epoch")
    }
    return value.bigEndian(at: 2)
  }
}

extension RecordBatchBuilder {
  /// Makes the batch a transaction's marker: the one record that ends the transaction of the
  /// producer that the builder names.
  package mutating func appendMarker(
    commits: Bool, coordinatorEpoch: Int32, timestamp: Timestamp
  ) throws(RecordBatchError) {
    precondition(isControl && isTransactional && isEmpty, "a marker has a batch of its own")
    let key: [UInt8] = [0, 0, 0, commits ? 1 : 0]
    let epoch = UInt32(bitPattern: coordinatorEpoch)
    let value = [0, 0] + stride(from: 24, through: 0, by: -8).map { UInt8(epoch >> $0 & 0xFF) }
    try append(timestamp: timestamp, key: ByteSlice(key), value: ByteSlice(value))
  }
}
