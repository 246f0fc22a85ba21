internal import Synchronization

/// Records a history from any number of tasks and threads.
public final class HistoryRecorder: Sendable {
  private struct State {
    var history = History()
    var recordID: UInt64 = 0
    var transactionID: UInt64 = 0
  }

  private let state = Mutex(State())

  public init() {}

  public func record(_ event: HistoryEvent) {
    state.withLock { $0.history.append(event) }
  }

  /// Records events of one instant: those of other tasks come before or after all of them.
  public func record(_ events: [HistoryEvent]) {
    state.withLock { $0.history.events += events }
  }

  /// An id that this recorder has not given before.
  public func nextRecordID() -> RecordID {
    state.withLock { state in
      state.recordID += 1
      return RecordID(rawValue: state.recordID)
    }
  }

  /// An id that this recorder has not given before.
  public func nextTransactionID() -> TransactionID {
    state.withLock { state in
      state.transactionID += 1
      return TransactionID(rawValue: state.transactionID)
    }
  }

  /// What was recorded until now.
  public var history: History { state.withLock { $0.history } }
}
