internal import Synchronization

/// The memory that a producer's batches may take, lent a batch at a time, first come first served.
///
/// While somebody waits, nobody who comes later gets any.
final class BatchMemory: Sendable {
  let capacity: Int
  private let state: Mutex<State>
  private let waiting = Atomic(0)

  private struct State {
    var free: Int
    var waiters: [Waiter] = []
    var lastID: UInt64 = 0
    var isClosed = false
  }

  private struct Waiter {
    let id: UInt64
    let bytes: Int
    let continuation: CheckedContinuation<Outcome, Never>
  }

  private enum Outcome: Sendable { case granted, cancelled, closed }

  init(capacity: Int) {
    self.capacity = capacity
    state = Mutex(State(free: capacity))
  }

  /// The memory of a batch for each of its bytes: compression needs as much again.
  static func factor(of compression: Compression) -> Int { compression == .none ? 1 : 2 }

  /// Those who wait.
  var waitingCount: Int { waiting.load(ordering: .relaxed) }

  /// Whether somebody waits: then batches should be written rather than filled.
  var isShort: Bool { waitingCount > 0 }

  /// Takes memory if there is some and nobody waits for it.
  func take(_ bytes: Int) -> Bool {
    state.withLock { state in
      guard state.waiters.isEmpty, state.free >= bytes else { return false }
      state.free -= bytes
      return true
    }
  }

  /// Takes memory, waiting for it. `waits` is called once the caller is in the queue.
  func wait(for bytes: Int, waits: () -> Void) async throws(VarveError) -> Room {
    precondition(bytes <= capacity)
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if enter(Waiter(id: id, bytes: bytes, continuation: continuation)) { waits() }
      }
    } onCancel: {
      cancel(id)
    }
    switch outcome {
    case .granted: return Room(bytes, of: self)
    case .cancelled: throw .cancelled("room in the producer's buffer")
    case .closed: throw .closed("the producer")
    }
  }

  /// Puts a waiter into the queue, or answers it at once: then false.
  private func enter(_ waiter: Waiter) -> Bool {
    let answer: Outcome? = state.withLock { state in
      if state.isClosed { return .closed }
      // A cancellation that came before this found nothing to cancel.
      if Task.isCancelled { return .cancelled }
      if state.waiters.isEmpty && state.free >= waiter.bytes {
        state.free -= waiter.bytes
        return .granted
      }
      state.waiters.append(waiter)
      waiting.store(state.waiters.count, ordering: .relaxed)
      return nil
    }
    guard let answer else { return true }
    waiter.continuation.resume(returning: answer)
    return false
  }

  private func cancel(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
      defer { waiting.store(state.waiters.count, ordering: .relaxed) }
      return state.waiters.remove(at: index)
    }
    waiter?.continuation.resume(returning: .cancelled)
    // It may have kept others waiting that need less.
    if waiter != nil { give(0) }
  }

  /// Gives memory back, to those who wait first.
  func give(_ bytes: Int) {
    let served = state.withLock { state -> ArraySlice<Waiter> in
      state.free += bytes
      guard !state.waiters.isEmpty else { return [] }
      var count = 0
      while count < state.waiters.count, state.waiters[count].bytes <= state.free {
        state.free -= state.waiters[count].bytes
        count += 1
      }
      let served = state.waiters[..<count]
      state.waiters.removeFirst(count)
      waiting.store(state.waiters.count, ordering: .relaxed)
      return served
    }
    for waiter in served { waiter.continuation.resume(returning: .granted) }
  }

  /// Sends everybody away who waits, now or later.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      let waiters = state.waiters
      state.waiters = []
      waiting.store(0, ordering: .relaxed)
      return waiters
    }
    for waiter in waiters { waiter.continuation.resume(returning: .closed) }
  }
}

/// Memory that a sender waited for. What is not used of it goes back.
final class Room: Sendable {
  private let memory: BatchMemory
  private let bytes: Atomic<Int>

  fileprivate init(_ bytes: Int, of memory: BatchMemory) {
    self.memory = memory
    self.bytes = Atomic(bytes)
  }

  deinit { memory.give(bytes.load(ordering: .relaxed)) }

  /// Uses it for a batch, once; false where it is too little.
  func use(_ needed: Int) -> Bool {
    guard bytes.load(ordering: .relaxed) >= needed else { return false }
    bytes.wrappingSubtract(needed, ordering: .relaxed)
    return true
  }
}
