package import VarveBase

/// What readers need of a log, be it written by this process (`PartitionLog`) or by another one
/// (`LogFollower`). Reads, searches by time and cursors are the same on both.
///
/// Any thread may call any of it.
package protocol ReadableLog: AnyObject, Sendable {
  var partition: TopicPartition { get }
  /// The first offset that may be read.
  var startOffset: Offset { get }
  /// The offset after the last record.
  var endOffset: Offset { get }
  /// The first offset that may belong to a transaction still open.
  var lastStableOffset: Offset { get }
  /// The segments, oldest first.
  var segments: [Segment] { get }

  /// The segments that may hold `offset` and later ones, and the ends at that moment. Throws
  /// `.offsetOutOfRange` before the start or past the end.
  func view(from offset: Offset) throws(LogError) -> LogView
}

/// What a reader goes by for one read.
package struct LogView: Sendable {
  let segments: ArraySlice<Segment>
  let lastStableOffset: Offset
  let endOffset: Offset
}
