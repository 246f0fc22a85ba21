package import VarveBase

/// How far a partition's records are processed where several are at once: what may be committed
/// never passes a record that is not finished. Decisions only.
package struct LaneProgress: Sendable {
  /// The records that were begun and not finished, in order. There are few: what may be begun at
  /// once is bounded.
  private var unfinished: [Offset] = []
  /// The offset after everything that was read.
  private var end: Offset

  package init(from offset: Offset) { end = offset }

  /// Where a successor has to begin: everything before is finished.
  package var lowWaterMark: Offset { unfinished.first ?? end }

  package var unfinishedCount: Int { unfinished.count }

  /// A record is about to be processed. Offsets only go up.
  package mutating func begin(_ offset: Offset) {
    precondition(offset >= end, "records begin in the order of their offsets")
    unfinished.append(offset)
    end = offset + 1
  }

  /// All records before an offset were read, those that are not shown too.
  package mutating func read(upTo offset: Offset) { end = max(end, offset) }

  /// A record was processed.
  package mutating func finish(_ offset: Offset) {
    var range = unfinished.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if unfinished[middle] < offset {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    let index = range.lowerBound
    guard index < unfinished.count, unfinished[index] == offset else {
      preconditionFailure("offset \(offset) is not being processed")
    }
    unfinished.remove(at: index)
  }
}
