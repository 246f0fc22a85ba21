package import VarveProtocol

/// Replays a metadata log into an image. The records of a transaction (KIP-868) take effect at its
/// end, or never.
package struct MetadataReplay: Equatable, Sendable {
  package private(set) var image: MetadataImage
  /// The records of the transaction that has begun, nil where none has.
  private var pending: [MetadataRecord]?

  package init(_ image: MetadataImage = MetadataImage()) { self.image = image }

  /// Whether a transaction has begun and not ended: no time for a snapshot.
  package var isWithinTransaction: Bool { pending != nil }

  /// - Throws: ``MetadataError`` where the record does not fit what went before it.
  package mutating func replay(_ record: MetadataRecord) throws(MetadataError) {
    switch record {
    case .beginTransaction:
      guard pending == nil else {
        throw MetadataError(.corrupt, "a transaction begins within another")
      }
      pending = []
    case .endTransaction:
      for held in try endTransaction() { try image.apply(held) }
    case .abortTransaction:
      _ = try endTransaction()
    default:
      if pending == nil {
        try image.apply(record)
      } else {
        pending?.append(record)
      }
    }
  }

  private mutating func endTransaction() throws(MetadataError) -> [MetadataRecord] {
    guard let held = pending else {
      throw MetadataError(.corrupt, "a transaction ends that has not begun")
    }
    pending = nil
    return held
  }
}
