internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

// Keeping up with the group.
extension RemoteShareMember {
  private enum Step {
    case send(ShareGroupHeartbeatRequest)
    case wait(Duration)
    case done
  }

  /// Joins the group where the member has not, and returns once it is told what to fetch from, or
  /// the task is cancelled.
  func join() async throws(VarveError) {
    let isFirst = state.withLock { state in
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { Task { await run() } }
    while !Task.isCancelled {
      let version = changes.version
      let (phase, hasShare) = state.withLock { state in
        (state.membership.phase, !state.membership.assigned.isEmpty)
      }
      switch phase {
      case .member: return
      case .joining: if hasShare { return }
      case .failed(let error): throw VarveError(error)
      case .leaving, .left:
        throw VarveError(.closed, "the consumer of share group '\(identity.group)' was closed")
      }
      await changes.wait(after: version)
    }
  }

  /// Leaves the group, and returns once it has heard of it.
  func leave() async {
    let isRunning = state.withLock { state in
      state.membership.leave()
      return state.isRunning
    }
    changes.signal()
    // Waited for by who is cancelled, too: a wait of a task that is cancelled would not suspend.
    if isRunning { await Task { await waitForEnd() }.value }
  }

  private func waitForEnd() async {
    while true {
      let version = changes.version
      if isOver { return }
      await changes.wait(after: version)
    }
  }

  /// Leaves the group, for those who do not wait for it.
  func stop() {
    state.withLock { $0.membership.leave() }
    changes.signal()
  }

  /// Sends heartbeats until the member has left.
  private func run() async {
    let groups = RemoteGroups(brokers: brokers)
    while true {
      let version = changes.version
      switch step() {
      case .send(let request):
        do throws(CoordinatorError) {
          let response = try await groups.heartbeat(request)
          let now = now
          state.withLock { $0.membership.receive(response, at: now) }
        } catch {
          let now = now
          state.withLock { $0.membership.receive(error, at: now) }
        }
        changes.signal()
      case .wait(let duration): await changes.wait(after: version, atMost: duration)
      case .done: return
      }
    }
  }

  private func step() -> Step {
    let now = now
    return state.withLock { state in
      if let request = state.membership.nextRequest(at: now) { return .send(request) }
      guard let deadline = state.membership.deadline else { return .done }
      return .wait(.milliseconds(max(1, deadline - now)))
    }
  }

  private var now: Int64 { Int64(cluster.time.monotonicNanoseconds / 1_000_000) }
}
