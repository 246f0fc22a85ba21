package import VarveBase

/// Reads a log batch by batch from an offset on and follows its end, without a lock but for the
/// step from one segment to the next.
///
/// A value of one reader: it holds the segment it is in, so retention may pass it by.
package struct LogCursor: ~Copyable {
  private let log: any ReadableLog
  private var segment: Segment
  private var mapping: FileMapping
  private var position: Int
  /// The offset to be read next.
  package private(set) var nextOffset: Offset

  /// Starts at the batch that holds `offset`. Throws `.offsetOutOfRange`.
  package init(_ log: any ReadableLog, from offset: Offset) throws(LogError) {
    let (segment, position) = try log.position(of: offset)
    let mapping = try segment.log()
    self.log = log
    self.segment = segment
    self.mapping = mapping
    self.position = position
    nextOffset = offset
  }

  /// The bytes of whole batches from the position on, at most `maxBytes` or else one batch; nil at
  /// the end of the log.
  package mutating func next(maxBytes: Int) throws(LogError) -> ByteSlice? {
    while true {
      // Loaded in this order: once closed, the end that follows is final.
      let isClosed = segment.isClosed
      let end = segment.end
      if position < end { return try take(upTo: end, maxBytes: maxBytes) }
      guard isClosed, try advance() else { return nil }
    }
  }

  /// Goes to the segment that holds the next offset, which need not be the one made next: those
  /// may have been rewritten as one. False where there is none yet.
  private mutating func advance() throws(LogError) -> Bool {
    let (next, start) = try log.position(of: nextOffset)
    guard next !== segment else { return false }
    (segment, mapping, position) = (next, try next.log(), start)
    return true
  }

  private mutating func take(upTo end: Int, maxBytes: Int) throws(LogError) -> ByteSlice {
    let start = position
    repeat {
      let header = try segment.header(in: mapping, at: position, end: end)
      guard position == start || position + header.sizeInBytes - start <= maxBytes else { break }
      position += header.sizeInBytes
      nextOffset = header.nextOffset
    } while position < end
    return mapping.slice(start..<position)
  }
}

extension ReadableLog {
  /// Where the batch that holds `offset` begins, or the end of the log.
  func position(of offset: Offset) throws(LogError) -> (Segment, Int) {
    let view = try self.view(from: offset)
    for segment in view.segments {
      if let batch = try segment.locate(max(offset, segment.baseOffset)) {
        return (segment, batch.position)
      }
    }
    guard let last = view.segments.last else { preconditionFailure("a log has a segment") }
    return (last, last.end)
  }
}
