internal import VarveLog

/// The batches of an idempotent producer that are on their way to a partition.
///
/// A log recognises the last five batches of a producer, and refuses one that does not follow the
/// one before it. So at most five are on their way; those of which it is not known what became of
/// them are sent again in their order, one by one, before any other. Until the log has the first
/// batch it would take any as the first: so that is on its way alone.
struct SendWindow {
  /// Numbers of the batches whose outcome is open, in their order.
  private var open: [Int] = []
  private var inFlight = 0
  /// Whether the log has a batch of the producer's present identity.
  private var isKnown = false
  /// Those to be sent again, in their order.
  private var again: [PendingBatch] = []
  private var isPaused = false
  private var nextNumber = 0

  /// Whether the outcome of every batch is known.
  var isEmpty: Bool { open.isEmpty }

  /// Whether a new batch may be sent. The oldest that is open has to be among the five that the log
  /// recognises, also where later ones were answered before it.
  var takesNew: Bool {
    guard again.isEmpty, !isPaused else { return false }
    guard let oldest = open.first else { return true }
    return isKnown && nextNumber - oldest < ProducerState.batchesMax
  }

  /// Whether one is to be sent again now.
  var hasAgain: Bool { !again.isEmpty && !isPaused && inFlight == 0 }

  /// A new batch is sent.
  mutating func begin(_ batch: PendingBatch) {
    batch.number = nextNumber
    nextNumber += 1
    batch.isSentBehindOthers = !open.isEmpty
    open.append(batch.number)
    inFlight += 1
  }

  /// The next one to be sent again; nil for none.
  mutating func takeAgain() -> PendingBatch? {
    guard hasAgain else { return nil }
    inFlight += 1
    let batch = again.removeFirst()
    batch.isSentBehindOthers = isBehindOthers(batch)
    return batch
  }

  /// Whether the outcome of a batch before this one is open.
  private func isBehindOthers(_ batch: PendingBatch) -> Bool {
    open.first.map { $0 < batch.number } ?? false
  }

  mutating func succeeded(_ batch: PendingBatch) {
    close(batch)
    isKnown = true
  }

  /// It is not known what became of a batch. Nothing is sent until `resume`.
  mutating func keep(_ batch: PendingBatch) {
    inFlight -= 1
    let place = again.firstIndex { $0.number > batch.number } ?? again.endIndex
    again.insert(batch, at: place)
    isPaused = true
  }

  mutating func resume() { isPaused = false }

  /// A batch is not written and will not be. Returns those after it that wait to be sent again:
  /// they would not follow any more.
  mutating func failed(_ batch: PendingBatch) -> [PendingBatch] {
    close(batch)
    isKnown = false
    let rest = again.filter { $0.number > batch.number }
    again.removeAll { $0.number > batch.number }
    open.removeAll { number in rest.contains { $0.number == number } }
    return rest
  }

  private mutating func close(_ batch: PendingBatch) {
    inFlight -= 1
    open.removeAll { $0 == batch.number }
  }
}
