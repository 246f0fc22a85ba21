internal import Synchronization
internal import Varve

/// Thrown by a handler to have the job tried again after another delay than the queue's.
public struct RetryJob: Error, Sendable {
  public let delay: Duration

  public init(after delay: Duration) { self.delay = delay }
}

/// Thrown by a handler to have the job go to the dead letters at once.
public struct RejectJob: Error, Sendable {
  /// What the dead letter says.
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// What became of jobs, as a worker is told.
public enum JobOutcome: Sendable {
  case done
  /// The handler threw; the job comes again, or goes to the dead letters if it came too often. One
  /// that was parked before stays so.
  case failed(any Error)
  /// The job is laid aside, until its token is named.
  case parked(String)
  /// The job could not be decoded, or the handler rejected it: it goes to the dead letters.
  case rejected(String)
  /// The lock was over before the handler was done: another may have the job.
  case lost
}

extension WorkQueue {
  /// Handles jobs until the task is cancelled: then those at hand are finished, and the rest given
  /// back.
  ///
  /// - Parameters:
  ///   - concurrency: how many jobs are at hand at a time, 1 or more.
  ///   - observe: told of each job's outcome.
  ///   - handler: does the job. Returning is acknowledging.
  /// - Throws: `.log` where jobs cannot be taken or acknowledged.
  public func work(
    concurrency: Int = 1,
    observing observe: @escaping @Sendable (JobContext, JobOutcome) -> Void = { _, _ in },
    _ handler: @escaping @Sendable (Job, JobContext) async throws -> Void
  ) async throws(QueueError) {
    try await work(
      concurrency: concurrency, pausing: { try await Task.sleep(for: $0) }, observing: observe,
      handler)
  }

  /// As the public one; `pause` is what passes between renewals of a lock.
  package func work(
    concurrency: Int, pausing pause: @escaping @Sendable (Duration) async throws -> Void,
    observing observe: @escaping @Sendable (JobContext, JobOutcome) -> Void,
    _ handler: @escaping @Sendable (Job, JobContext) async throws -> Void
  ) async throws(QueueError) {
    guard concurrency > 0 else {
      throw QueueError(.invalidArgument, "a worker has to have one job at a time at least")
    }
    do {
      let consumer = try await varve.shareConsumer(group: name, topics: [name])
      let worker = Worker(
        consumer: consumer, jobs: jobs, renewal: try await renewalInterval(), pause: pause,
        observe: observe, handler: handler)
      do { try await worker.run(concurrency: concurrency) } catch {
        // The first failure is the one to tell of.
        try? await consumer.close()
        throw error
      }
      try await consumer.close()
    } catch {
      throw QueueError(.log, "queue '\(name)' cannot be worked on: \(error)", cause: error)
    }
  }

  /// Well before the lock is over.
  private func renewalInterval() async throws(VarveError) -> Duration {
    try await varve.shareLockDuration(of: name) / 3
  }
}

/// Takes jobs, as many as have room, and handles each in a task of its own.
private struct Worker<Job: Sendable>: Sendable {
  let consumer: ShareConsumer
  let jobs: ValueCoding<Job>
  let renewal: Duration
  let pause: @Sendable (Duration) async throws -> Void
  let observe: @Sendable (JobContext, JobOutcome) -> Void
  let handler: @Sendable (Job, JobContext) async throws -> Void
  private let ended = EndedJobs()

  func run(concurrency: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Ended tasks are let go of as they end, so that a worker that runs for ever keeps none.
      var started = 0
      while !Task.isCancelled {
        let free = concurrency - (started - ended.count)
        guard free > 0 else {
          try await group.next()
          continue
        }
        for record in try await consumer.poll(recordsMax: free) {
          started += 1
          group.addTask {
            defer { ended.increment() }
            try await handle(record)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func handle(_ record: SharedRecord) async throws {
    let context = JobContext(record: record, hand: JobHand(consumer))
    let outcome = await outcome(of: context)
    // What is parked is not the worker's any more.
    guard context.hand.token == nil else { return observe(context, outcome) }
    do {
      try await consumer.acknowledge(record, as: outcome.acknowledgement)
      observe(context, outcome)
    } catch let error where error.code == .notAssigned {
      observe(context, .lost)
    }
  }

  private func outcome(of context: JobContext) async -> JobOutcome {
    let job: Job
    do throws(QueueError) {
      job = try jobs.value(from: context.record.value ?? ByteSlice(), of: "the job")
    } catch { return .rejected(error.message) }
    let renewing = Task { try await renew(context.record) }
    defer { renewing.cancel() }
    do {
      try await handler(job, context)
      if let token = context.hand.token { return .parked(token) }
      return .done
    } catch let rejection as RejectJob {
      return .rejected(rejection.reason)
    } catch { return .failed(error) }
  }

  /// Keeps the job until the handler is done with it.
  private func renew(_ record: SharedRecord) async throws {
    while true {
      try await pause(renewal)
      do { try await consumer.acknowledge(record, as: .renew) } catch {
        // A broker that is away may be back before the lock is over.
        guard error.code == .unavailable else { throw error }
      }
    }
  }
}

/// How many jobs are over.
private final class EndedJobs: Sendable {
  private let total = Atomic(0)

  var count: Int { total.load(ordering: .acquiring) }

  func increment() { total.wrappingAdd(1, ordering: .releasing) }
}

extension JobOutcome {
  fileprivate var acknowledgement: ShareAcknowledgement {
    switch self {
    case .done, .lost, .parked: .accept
    case .rejected(let reason): .reject(reason: reason)
    case .failed(let error): .release(after: (error as? RetryJob)?.delay)
    }
  }
}
