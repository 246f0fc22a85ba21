internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// Keeps a consumer's membership of its group: sends the heartbeats of a `GroupMembership`, beside
/// the loop that reads, and notices a loop that has stopped.
final class GroupSession: Sendable {
  let client: any GroupClient
  private let time: any TimeSource
  /// How long the body of the loop may take before the member leaves, in milliseconds.
  private let processingTimeout: Int64
  private let state: Mutex<State>
  /// Signalled after every answer, and whatever else makes a heartbeat due.
  private let changes = ChangeSignal()
  /// Called when the consumer has something to do: partitions to give up, say.
  private let news: @Sendable () -> Void

  private struct State {
    var membership: GroupMembership
    /// When the program was last given something to do; nil while the consumer waits for records.
    var bodyStart: Int64?
    var isClosed = false
  }

  private enum Step {
    case send(ConsumerGroupHeartbeatRequest)
    case wait(milliseconds: Int64?)
    case done
  }

  init(
    _ client: any GroupClient, _ identity: GroupMembership.Identity, time: any TimeSource,
    processingTimeout: Duration, news: @escaping @Sendable () -> Void
  ) {
    let now = Int64(time.monotonicNanoseconds / 1_000_000)
    self.client = client
    self.time = time
    self.processingTimeout = min(processingTimeout.milliseconds, .max / 2)
    self.news = news
    state = Mutex(State(membership: GroupMembership(identity), bodyStart: now))
  }

  var identity: GroupMembership.Identity { state.withLock { $0.membership.identity } }
  var phase: GroupMembership.Phase { state.withLock { $0.membership.phase } }
  var owned: Set<AssignedPartition> { state.withLock { $0.membership.owned } }

  /// The epoch to commit with; nil while the consumer is no member.
  var memberEpoch: Int32? {
    state.withLock { state in
      state.membership.phase == .member ? state.membership.epoch : nil
    }
  }

  /// What the consumer has to see to before it reads on.
  var reconciliation: GroupMembership.Reconciliation? {
    state.withLock { $0.membership.reconciliation }
  }

  private var now: Int64 { Int64(time.monotonicNanoseconds / 1_000_000) }
}

// MARK: - What the consumer does

extension GroupSession {
  /// The body of the loop begins.
  func enterBody() {
    let now = now
    state.withLock { $0.bodyStart = now }
    changes.signal()
  }

  /// The body of the loop has ended.
  func leaveBody() { state.withLock { $0.bodyStart = nil } }

  /// Tells the group what the consumer has stopped and begun to read; returns what of `added` it
  /// may read indeed.
  func reconcile(
    revoked: Set<AssignedPartition>, added: Set<AssignedPartition>
  ) -> Set<AssignedPartition> {
    let taken = state.withLock { state in
      state.membership.reconcile(revoked: revoked, added: added)
      return state.membership.phase == .member ? added.intersection(state.membership.owned) : []
    }
    changes.signal()
    return taken
  }

  func rejoin() {
    state.withLock { $0.membership.rejoin() }
    changes.signal()
  }

  /// Leaves the group, and returns once it has heard of it.
  func close() async {
    endMembership()
    await waitForEnd()
  }

  /// Returns once the membership that was ended is over.
  func waitForEnd() async {
    while true {
      let seen = answerCount
      if isOver { return }
      await waitForAnswer(after: seen)
    }
  }

  /// Leaves the group, for those who can't wait for it.
  func endMembership() {
    state.withLock { state in
      state.isClosed = true
      state.membership.leave(isComingBack: state.membership.identity.instanceID != nil)
    }
    changes.signal()
  }

  /// Asks the group for news now, and returns once there was an answer.
  func refresh() async {
    let seen = state.withLock { state in
      state.membership.hasten()
      return state.membership.answerCount
    }
    changes.signal()
    await waitForAnswer(after: seen)
  }

  private var answerCount: Int { state.withLock { $0.membership.answerCount } }

  private func waitForAnswer(after seen: Int) async {
    while true {
      let version = changes.version
      if answerCount != seen || isOver || Task.isCancelled {
        return
      }
      await changes.wait(after: version)
    }
  }

  private var isOver: Bool {
    state.withLock { state in
      switch state.membership.phase {
      // Nobody answers a member that was lost before it joins anew.
      case .left, .failed, .lost: true
      case .joining, .member, .leaving: false
      }
    }
  }
}

// MARK: - The heartbeats

extension GroupSession {
  /// Sends heartbeats until the consumer is closed and its leave answered.
  func run() async {
    let group = identity.group
    while true {
      let version = changes.version
      let groupVersion = client.version(of: group)
      switch step() {
      case .send(let request): await send(request)
      case .wait(let milliseconds):
        await wait(milliseconds, after: version, group, after: groupVersion)
      case .done: return
      }
    }
  }

  private func step() -> Step {
    let now = now
    return state.withLock { state in
      if let start = state.bodyStart, state.membership.phase == .member,
        now - start >= processingTimeout
      {
        // As Kafka's clients do after max.poll.interval.ms: others get the partitions.
        state.membership.leave(isComingBack: state.membership.identity.instanceID != nil)
      }
      if let request = state.membership.nextRequest(at: now) { return .send(request) }
      if state.isClosed, state.membership.deadline == nil { return .done }
      let isMember = state.membership.phase == .member
      let bodyEnd = isMember ? state.bodyStart.map { $0 + processingTimeout } : nil
      let deadline = [state.membership.deadline, bodyEnd].compactMap { $0 }.min()
      return .wait(milliseconds: deadline.map { max(1, $0 - now) })
    }
  }

  private func send(_ request: ConsumerGroupHeartbeatRequest) async {
    do throws(CoordinatorError) {
      let response = try await client.heartbeat(request)
      let now = now
      state.withLock { $0.membership.receive(response, at: now) }
    } catch {
      let now = now
      state.withLock { $0.membership.receive(error, at: now) }
    }
    changes.signal()
    news()
  }

  /// Suspends for that long, or until there is something to do earlier.
  private func wait(
    _ milliseconds: Int64?, after version: Int, _ group: String, after groupVersion: Int
  ) async {
    let hasGroupChanged = await withTaskGroup(of: Bool.self) { tasks in
      tasks.addTask {
        await self.changes.wait(after: version)
        return false
      }
      tasks.addTask {
        await self.client.waitForChange(of: group, after: groupVersion)
        return !Task.isCancelled
      }
      if let milliseconds {
        tasks.addTask {
          // Cancelled where one of the others was first.
          try? await ContinuousClock().sleep(for: .milliseconds(milliseconds))
          return false
        }
      }
      let first = await tasks.next() ?? false
      tasks.cancelAll()
      return first
    }
    if hasGroupChanged { state.withLock { $0.membership.hasten() } }
  }
}
