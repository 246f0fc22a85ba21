#if Peers
  import Synchronization

  /// Jobs that one producer puts into a queue while workers take them and say that they are done.
  struct QueueWork: Sendable {
    let jobs: Int
    let workers: Int
    let jobBytes: Int
    /// The most jobs that a worker has at a time, and that the producer sends without an answer.
    let batch: Int

    /// The job, as text.
    var job: String { String(repeating: "j", count: jobBytes) }
  }

  /// A server, or a library, that has queues.
  protocol QueueServer {
    var name: String { get }
    /// Does work with a queue of that name, which is not there yet. Returns the time from the first
    /// job to the last acknowledgement.
    func perform(_ work: QueueWork, on queue: String) async throws -> Duration
    func stop()
  }

  /// Counts jobs that are done, and notes when the last of them was.
  final class JobCounter: Sendable {
    private struct State {
      var left: Int
      var end: ContinuousClock.Instant?
    }

    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init(_ work: QueueWork) { state = Mutex(State(left: work.jobs)) }

    var isDone: Bool { state.withLock { $0.left <= 0 } }

    func finish(_ count: Int) {
      state.withLock {
        $0.left -= count
        if $0.left <= 0 && $0.end == nil { $0.end = .now }
      }
    }

    /// From the making of the counter to the last job. Throws where more or fewer were done.
    func duration() throws -> Duration {
      let (left, end) = state.withLock { ($0.left, $0.end) }
      guard left == 0, let end else {
        throw BenchmarkFailure("\(abs(left)) jobs \(left > 0 ? "were left" : "were done twice")")
      }
      return end - start
    }
  }
#endif
