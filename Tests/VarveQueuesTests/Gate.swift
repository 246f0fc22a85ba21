import Synchronization

/// Holds tasks until a test lets them go on.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var held: [AsyncStream<Void>.Continuation] = []
    var mostHeld = 0
  }

  private let state = Mutex(State())
  private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)

  /// The most tasks that were held at a time.
  var mostHeld: Int { state.withLock { $0.mostHeld } }

  /// Waits until the gate is opened, or the task is cancelled.
  func pass() async {
    let (opening, opened) = AsyncStream.makeStream(of: Void.self)
    let isOpen = state.withLock { state in
      if state.isOpen { return true }
      state.held.append(opened)
      state.mostHeld = max(state.mostHeld, state.held.count)
      return false
    }
    if isOpen { return }
    arrival.yield()
    for await _ in opening {}
  }

  /// Waits until so many more tasks have come. One task may wait.
  func wait(for count: Int) async {
    var iterator = arrivals.makeAsyncIterator()
    for _ in 0..<count { await iterator.next() }
  }

  /// Lets those go on that are held, and holds those that come later.
  func letGo() { take(opens: false) }

  /// Lets all go on from now on.
  func open() { take(opens: true) }

  private func take(opens: Bool) {
    let held = state.withLock { state in
      defer { state.held = [] }
      state.isOpen = opens
      return state.held
    }
    for task in held { task.finish() }
  }
}
