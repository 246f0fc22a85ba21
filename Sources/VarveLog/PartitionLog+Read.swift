internal import Synchronization
package import VarveBase

/// What a reader may see.
package enum IsolationLevel: Sendable {
  /// Everything appended.
  case readUncommitted
  /// Up to the last stable offset, with the aborted transactions named.
  case readCommitted
}

/// Bytes read from a log: batches as they were appended, without a copy.
package struct LogSlice: Sendable {
  /// Batches from the one that holds the offset asked for. The last may be cut short, as in
  /// Kafka's fetch; the first never is. Empty at the end of the log.
  package var bytes = ByteSlice()
  /// Aborted transactions with records among the bytes, by first offset; read-committed only.
  package var aborted: [AbortedTransaction] = []
  package var startOffset: Offset
  package var lastStableOffset: Offset
  package var endOffset: Offset

  package init(
    bytes: ByteSlice = ByteSlice(), aborted: [AbortedTransaction] = [], startOffset: Offset,
    lastStableOffset: Offset, endOffset: Offset
  ) {
    self.bytes = bytes
    self.aborted = aborted
    self.startOffset = startOffset
    self.lastStableOffset = lastStableOffset
    self.endOffset = endOffset
  }
}

extension ReadableLog {
  /// Reads up to `maxBytes` of batches from the one that holds `offset`, or one batch if that is
  /// larger. Empty where `offset` is the end that `isolation` allows.
  ///
  /// Throws `.offsetOutOfRange` before the start or past the end, `.corrupt` for a batch whose
  /// header cannot be right.
  package func read(
    from offset: Offset, maxBytes: Int, isolation: IsolationLevel = .readUncommitted
  ) throws(LogError) -> LogSlice {
    // Who polls at the end takes no lock from the writer.
    let end = endOffset
    if offset == end {
      return LogSlice(
        startOffset: startOffset, lastStableOffset: lastStableOffset, endOffset: end)
    }
    let view = try self.view(from: offset)
    var slice = LogSlice(
      startOffset: startOffset, lastStableOffset: view.lastStableOffset, endOffset: view.endOffset)
    let bound = isolation == .readCommitted ? view.lastStableOffset : view.endOffset
    for segment in view.segments {
      guard let location = try segment.locate(max(offset, segment.baseOffset)),
        location.header.baseOffset < bound
      else { continue }
      let limit = try position(of: bound, in: segment)
      slice.bytes = try segment.slice(from: location, limit: limit, maxBytes: maxBytes)
      if isolation == .readCommitted {
        slice.aborted = try aborted(in: view.segments, from: offset, to: bound)
      }
      return slice
    }
    return slice
  }

  /// Where the batch at `bound` begins, or the published end where all lies before it.
  private func position(of bound: Offset, in segment: Segment) throws(LogError) -> Int {
    let end = segment.end
    guard bound < segment.nextOffset else { return end }
    return try segment.locate(bound)?.position ?? end
  }
}

extension ReadableLog {
  /// The aborted transactions with records from `offset` to before `end`, by the segments' indexes.
  private func aborted(
    in segments: ArraySlice<Segment>, from offset: Offset, to end: Offset
  ) throws(LogError) -> [AbortedTransaction] {
    var found: [AbortedTransaction] = []
    for segment in segments {
      let (transactions, isComplete) = try segment.transactionIndex()
        .aborted(from: offset, to: end)
      found += transactions
      if isComplete { break }
    }
    return found
  }
}

extension PartitionLog: ReadableLog {
  package func view(from offset: Offset) throws(LogError) -> LogView {
    try state.withLock { state throws(LogError) in
      let end = state.writer.nextOffset
      guard offset >= state.logStartOffset && offset <= end else {
        throw LogError(
          .offsetOutOfRange,
          """
          offset \(offset) of \(partition) is out of range: the log holds \(state.logStartOffset) \
          to \(end)
          """)
      }
      let first = state.segments.lastIndex { $0.baseOffset <= offset } ?? 0
      return LogView(
        segments: state.segments[first...], lastStableOffset: state.lastStableOffset,
        endOffset: end)
    }
  }
}
