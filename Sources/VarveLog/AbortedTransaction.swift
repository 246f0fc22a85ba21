package import VarveBase

/// An aborted transaction, as the transaction index keeps it: readers of committed records skip
/// the producer's records in its range.
///
/// ```
/// | version: Int16 = 0 | producer id: Int64 | first offset: Int64 |
/// | last offset (the marker's): Int64 | last stable offset: Int64 |     34 bytes, big-endian
/// ```
package struct AbortedTransaction: Equatable, Sendable {
  package static let byteCount = 34
  private static let version: Int16 = 0

  package var producerID: Int64
  package var firstOffset: Offset
  /// The offset of the marker.
  package var lastOffset: Offset
  /// The first offset that was undecided once the marker was appended.
  package var lastStableOffset: Offset

  package init(
    producerID: Int64, firstOffset: Offset, lastOffset: Offset, lastStableOffset: Offset
  ) {
    self.producerID = producerID
    self.firstOffset = firstOffset
    self.lastOffset = lastOffset
    self.lastStableOffset = lastStableOffset
  }

  /// Reads an entry. Throws `.unsupportedVersion`.
  init(_ bytes: RawSpan, at position: Int, file: String) throws(LogError) {
    let version = bytes.bigEndian(at: position, as: Int16.self)
    guard version == Self.version else {
      throw LogError(
        .unsupportedVersion,
        "an aborted transaction of version \(version); only"
          + " \(Self.version) is known. Remove the index, and it is built again from the log",
        file: file, at: .byte(position))
    }
    producerID = bytes.bigEndian(at: position + 2)
    firstOffset = Offset(bytes.bigEndian(at: position + 10))
    lastOffset = Offset(bytes.bigEndian(at: position + 18))
    lastStableOffset = Offset(bytes.bigEndian(at: position + 26))
  }

  func encode(into bytes: inout [UInt8]) {
    bytes.appendBigEndian(Self.version)
    bytes.appendBigEndian(producerID)
    bytes.appendBigEndian(firstOffset.rawValue)
    bytes.appendBigEndian(lastOffset.rawValue)
    bytes.appendBigEndian(lastStableOffset.rawValue)
  }
}
