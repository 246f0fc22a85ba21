internal import Synchronization
internal import VarveBase

/// The records of one lane, processed one after the other.
final class LaneQueue: Sendable {
  /// A record on its way to the handler.
  struct Item: Sendable {
    let record: Record
    let source: TopicPartition
    /// Tells the records of a partition from those of an earlier time that it was assigned.
    let term: Int
  }

  fileprivate struct State {
    var items: [Item] = []
    /// The first item that is not taken.
    var head = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let changes = ChangeSignal()

  func put(_ item: Item) {
    state.withLock { $0.items.append(item) }
    changes.signal()
  }

  /// Ends the lane once it is empty.
  func close() {
    state.withLock { $0.isClosed = true }
    changes.signal()
  }

  /// The next item; nil once the lane is closed and empty, or the task is cancelled.
  func take() async -> Item? {
    while !Task.isCancelled {
      let version = changes.version
      let (item, isClosed) = state.withLock { ($0.next(), $0.isClosed) }
      if let item { return item }
      if isClosed { return nil }
      await changes.wait(after: version)
    }
    return nil
  }
}

extension LaneQueue.State {
  fileprivate mutating func next() -> LaneQueue.Item? {
    guard head < items.count else { return nil }
    defer {
      head += 1
      if head == items.count {
        items.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 64, head * 2 >= items.count {
        // A lane that is never empty does not keep what it has done.
        items.removeFirst(head)
        head = 0
      }
    }
    return items[head]
  }
}
