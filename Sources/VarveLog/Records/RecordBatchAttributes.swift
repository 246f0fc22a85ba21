/// Who set the timestamps of a batch's records: bit 3 of its attributes.
package enum TimestampType: UInt8, Sendable {
  /// The producer, for each record.
  case create
  /// The broker: every record of the batch has the batch's largest timestamp.
  case logAppend
}

/// The attributes of a record batch.
///
/// ```
///  15       7   6   5   4   3   2   1   0
/// ┌───────────┬───┬───┬───┬───┬───────────┐
/// │  unused   │ H │ C │ T │ L │   codec   │
/// └───────────┴───┴───┴───┴───┴───────────┘
///   H: the base timestamp is a delete horizon (KIP-534)   C: control batch
///   T: part of a transaction                              L: timestamps of the log's append
/// ```
package struct RecordBatchAttributes: RawRepresentable, Equatable, Sendable {
  package var rawValue: Int16

  package init(rawValue: Int16) { self.rawValue = rawValue }

  package init(
    codec: CompressionCodec = .none, timestampType: TimestampType = .create,
    isTransactional: Bool = false, isControl: Bool = false, hasDeleteHorizon: Bool = false
  ) {
    // All at once: each batch that is built comes through here.
    let bits =
      (timestampType == .logAppend ? 1 << 3 : 0) | (isTransactional ? 1 << 4 : 0)
      | (isControl ? 1 << 5 : 0) | (hasDeleteHorizon ? 1 << 6 : 0)
    rawValue = Int16(codec.rawValue) | Int16(bits)
  }

  /// How the records are compressed; nil where the number stands for no codec (5 to 7).
  package var codec: CompressionCodec? {
    CompressionCodec(rawValue: UInt8(truncatingIfNeeded: rawValue & 0x7))
  }

  package var timestampType: TimestampType {
    get { self[bit: 3] ? .logAppend : .create }
    set { self[bit: 3] = newValue == .logAppend }
  }

  package var isTransactional: Bool {
    get { self[bit: 4] }
    set { self[bit: 4] = newValue }
  }

  /// Whether the records are markers that consumers do not see (`ControlRecord`).
  package var isControl: Bool {
    get { self[bit: 5] }
    set { self[bit: 5] = newValue }
  }

  /// Whether the base timestamp says when the tombstones and markers may go (KIP-534).
  package var hasDeleteHorizon: Bool {
    get { self[bit: 6] }
    set { self[bit: 6] = newValue }
  }

  private subscript(bit bit: Int16) -> Bool {
    get { rawValue >> bit & 1 == 1 }
    set { rawValue = newValue ? rawValue | 1 << bit : rawValue & ~(1 << bit) }
  }
}
