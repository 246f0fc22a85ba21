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

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&firstOffset)
    wire.code(&lastOffset)
    wire.code(&acknowledgeTypes)
  }
}
