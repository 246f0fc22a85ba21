package import VarveBase

/// What a consumer says of records of a share group that it had: of a range of offsets
/// (KIP-932).
package struct ShareAcknowledgementBatch: WireStruct, Hashable, Sendable {
  package var firstOffset: Offset = 0
  /// The last one that it is said of.
  package var lastOffset: Offset = 0
  /// One for each offset, or one for all: 0 is a gap, 1 accepts, 2 releases, 3 rejects, and 4
  /// renews the lock (KIP-1222).
  package var acknowledgeTypes: [Int8] = []
  /// How many milliseconds released records are held back; -1 for what the group's configs say. A
  /// tagged field of Varve's own, which Kafka passes over.
  package var retryDelay: Int64 = -1
  /// Why records are rejected, in words. As `retryDelay`, Varve's own.
  package var reason = ""
  /// What released records are parked under: they are not delivered until it is named in an
  /// ``AlterShareGroupOffsetsRequest``. Empty for those that are not. As `retryDelay`, Varve's own.
  package var token = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&firstOffset)
    wire.code(&lastOffset)
    wire.code(&acknowledgeTypes)
    wire.tags { wire in
      wire.code(&retryDelay, tag: 10_000, unless: -1)
      wire.code(&reason, tag: 10_001, unless: "")
      wire.code(&token, tag: 10_002, unless: "")
    }
  }
}
