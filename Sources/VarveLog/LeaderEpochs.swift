package import VarveBase

/// Which leader's time each part of a log comes from: the epochs, and the offset that each began
/// at (KIP-101). Both increase from entry to entry.
package struct LeaderEpochs: Equatable, Sendable {
  package struct Entry: Equatable, Sendable {
    package var epoch: Int32
    package var startOffset: Offset

    package init(epoch: Int32, startOffset: Offset) {
      self.epoch = epoch
      self.startOffset = startOffset
    }
  }

  package private(set) var entries: [Entry] = []

  /// Entries as read from a checkpoint, in any order: each is assigned.
  package init(_ entries: [Entry] = []) {
    for entry in entries { assign(entry.epoch, startOffset: entry.startOffset) }
  }

  package var latest: Entry? { entries.last }

  /// Notes that the log has batches of `epoch` from `startOffset` on. Entries that contradict are
  /// dropped. False where nothing changes, which is so for all batches of an epoch but the first.
  @discardableResult
  package mutating func assign(_ epoch: Int32, startOffset: Offset) -> Bool {
    guard epoch >= 0, startOffset >= 0 else { return false }
    if let last = entries.last, last.epoch == epoch, last.startOffset <= startOffset {
      return false
    }
    while let last = entries.last, last.epoch >= epoch || last.startOffset >= startOffset {
      entries.removeLast()
    }
    entries.append(Entry(epoch: epoch, startOffset: startOffset))
    return true
  }

  /// The largest epoch that is not after `epoch`, and where it ends: at the next one's start, or at
  /// `logEnd` for the latest. (-1, -1) where the epoch is after all that are known. An epoch before
  /// the first known one ends where that begins.
  package func endOffset(for epoch: Int32, logEnd: Offset) -> (epoch: Int32, endOffset: Offset) {
    guard epoch >= 0, let last = entries.last, epoch <= last.epoch else { return (-1, -1) }
    if epoch == last.epoch { return (epoch, logEnd) }
    let next = entries.firstIndex { $0.epoch > epoch } ?? entries.count - 1
    return (next == 0 ? epoch : entries[next - 1].epoch, entries[next].startOffset)
  }

  /// The epoch of the record at `offset`; nil before the first known one.
  package func epoch(at offset: Offset) -> Int32? {
    entries.last { $0.startOffset <= offset }?.epoch
  }

  /// Follows a log that now starts at `offset`: epochs that ended before are dropped, and the one
  /// that the log starts in begins there. True where something changed.
  @discardableResult
  package mutating func truncateFromStart(to offset: Offset) -> Bool {
    guard let current = entries.lastIndex(where: { $0.startOffset <= offset }),
      current > 0 || entries[current].startOffset < offset
    else { return false }
    entries.removeFirst(current)
    entries[0].startOffset = offset
    return true
  }

  /// Follows a log that now ends at `offset`: epochs that begin there or later are dropped. True
  /// where something changed.
  @discardableResult
  package mutating func truncateFromEnd(to offset: Offset) -> Bool {
    let kept = entries.prefix { $0.startOffset < offset }.count
    guard kept < entries.count else { return false }
    entries.removeLast(entries.count - kept)
    return true
  }
}
