internal import Dispatch
internal import Synchronization
internal import VarveBase

/// One thread that waits for sockets, timers and jobs from other threads, and does what is due.
///
/// Whatever belongs to it, connections say, is touched on its thread only, without a lock; other
/// threads bring jobs.
package final class EventLoop: @unchecked Sendable {
  // Safety: the base and its events are touched on the loop's thread only, where `run` is, but for
  // the time before that starts; the rest is constant or behind a lock.
  let base: EventBase
  private var wakeEvent: Event?
  private let wakePipe: WakePipe
  private let thread = Atomic<UInt>(0)
  private let state = Mutex(State())
  private let ended = DispatchGroup()

  package typealias Job = @Sendable () -> Void

  private struct State {
    var jobs: [Job] = []
    /// Whether the loop is awake, or was told to be, since it last found no job.
    var isWoken = false
    var isStopped = false
  }

  /// Throws where the system gives no more threads or descriptors.
  package init() throws(NetworkError) {
    guard let base = EventBase() else {
      throw NetworkError(.system, "the system gives no more descriptors for an event loop")
    }
    self.base = base
    guard let wakePipe = WakePipe() else {
      throw NetworkError(.system, "the system gives no more descriptors for an event loop")
    }
    self.wakePipe = wakePipe
  }

  /// Starts the thread.
  package func start() throws(NetworkError) {
    ended.enter()
    guard SystemThread.start({ self.run() }) else {
      ended.leave()
      throw NetworkError(.system, "the system gives no more threads for an event loop")
    }
  }

  /// Runs a job on the loop's thread, after what it is doing. Any thread. Jobs that come once the
  /// loop was stopped are dropped.
  package func execute(_ job: @escaping Job) { _ = take(job) }

  /// As ``execute(_:)``. False where the loop was stopped, and the job is dropped.
  private func take(_ job: @escaping Job) -> Bool {
    let (isTaken, mustWake) = state.withLock { state in
      guard !state.isStopped else { return (false, false) }
      state.jobs.append(job)
      defer { state.isWoken = true }
      return (true, !state.isWoken)
    }
    // The loop looks for jobs before it waits, so that its own need no wake-up.
    if mustWake && !isCurrent { wakePipe.wake() }
    return isTaken
  }

  /// Runs `body` on the loop's thread, and waits for it. Any other thread. Nil where the loop was
  /// stopped.
  func call<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result? {
    let result = Mutex<Result?>(nil)
    let done = DispatchSemaphore(value: 0)
    let isTaken = take {
      let value = body()
      result.withLock { $0 = value }
      done.signal()
    }
    guard isTaken else { return nil }
    done.wait()
    return result.withLock { $0 }
  }

  /// Ends the thread after the jobs that it has. Any thread.
  package func stop() {
    state.withLock { $0.isStopped = true }
    wakePipe.wake()
  }

  /// Calls `body` once the thread has ended.
  package func whenEnded(_ body: @escaping @Sendable () -> Void) {
    ended.notify(queue: .global(), execute: body)
  }

  /// Whether this is the loop's thread.
  package var isCurrent: Bool { thread.load(ordering: .relaxed) == SystemThread.current }

  /// A handler that is called once, after some time. On the loop; nothing comes of it once it is
  /// let go.
  func timer(after milliseconds: Int64, _ body: @escaping () -> Void) -> Event {
    let timer = Event(.timer, of: -1, on: base) { _ in body() }
    timer.arm(timeout: max(0, milliseconds))
    return timer
  }

  private func run() {
    thread.store(SystemThread.current, ordering: .relaxed)
    let wakeEvent = Event(.readable, of: wakePipe.readDescriptor, on: base) { [wakePipe] _ in
      wakePipe.drain()
    }
    wakeEvent.arm()
    self.wakeEvent = wakeEvent
    while let jobs = takeJobs() {
      for job in jobs { job() }
      base.poll(waits: jobs.isEmpty)
    }
    self.wakeEvent = nil
    thread.store(0, ordering: .relaxed)
    ended.leave()
  }

  /// The jobs that have come; nil once the loop was stopped and there is none.
  private func takeJobs() -> [Job]? {
    state.withLock { state in
      if state.jobs.isEmpty {
        if state.isStopped { return nil }
        state.isWoken = false
        return []
      }
      defer { state.jobs = [] }
      return state.jobs
    }
  }
}
