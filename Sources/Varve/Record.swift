internal import VarveLog

/// A record read from a topic: a key, a value and headers at an offset of a partition.
///
/// A record refers to the bytes that were read, usually the mapped file itself. Making, copying
/// and keeping one copies no bytes and allocates nothing; keeping one keeps the disk space of its
/// segment even after retention has removed the file. Copy the bytes out (`Array(value)`) to keep
/// a few of many for long.
public struct Record: Sendable {
  public let offset: Offset
  /// When the record was made, by its producer's clock, or appended, by the log's: the topic's
  /// `message.timestamp.type` says which.
  public let timestamp: Timestamp

  /// The record as stored, without its length. Positions below count from its start.
  private let bytes: ByteSlice
  private let keyStart: Int32
  private let keyCount: Int32
  private let valueStart: Int32
  private let valueCount: Int32

  /// A record that outlives its view. `payload` is what the view's ranges count in.
  init(_ view: borrowing RecordView, in payload: ByteSlice) {
    offset = view.offset
    timestamp = view.timestamp
    let range = view.range
    bytes = payload.slice(range)
    let key = view.keyRange
    let value = view.valueRange
    keyStart = Int32(truncatingIfNeeded: (key?.lowerBound ?? 0) - range.lowerBound)
    keyCount = Int32(truncatingIfNeeded: key?.count ?? -1)
    valueCount = Int32(truncatingIfNeeded: value?.count ?? -1)
    // A null value has no range; the headers begin where it would.
    let valuePlace = value?.lowerBound ?? view.headersStart
    valueStart = Int32(truncatingIfNeeded: valuePlace - range.lowerBound)
  }

  /// The key; nil for a record without one, which is not an empty key.
  public var key: ByteSlice? {
    keyCount < 0 ? nil : bytes.slice(Int(keyStart)..<Int(keyStart + keyCount))
  }

  /// The value; nil for a null one: a tombstone, in a compacted topic.
  public var value: ByteSlice? {
    valueCount < 0 ? nil : bytes.slice(Int(valueStart)..<Int(valueStart + valueCount))
  }

  /// The headers in their order. Allocates where there are any.
  public var headers: [Header] {
    let start = Int(valueStart + max(0, valueCount))
    var views = RecordHeaders(bytes.bytes, at: start)
    var headers: [Header] = []
    while let view = views.next() {
      headers.append(
        Header(bytes.slice(view.keyRange), view.valueRange.map { bytes.slice($0) }))
    }
    return headers
  }

  /// The bytes of key, value and headers as stored.
  public var sizeInBytes: Int { bytes.count }
}

extension Record: Equatable {
  /// The same offset, time, key, value and headers.
  public static func == (left: Record, right: Record) -> Bool {
    left.offset == right.offset && left.timestamp == right.timestamp && left.key == right.key
      && left.value == right.value && left.headers == right.headers
  }
}

extension Record: CustomStringConvertible {
  public var description: String {
    "\(offset) @\(timestamp) \(key?.description ?? "null") \(value?.description ?? "null")"
  }
}
