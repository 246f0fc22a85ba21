import VarveBase
import VarveCoordination
import VarveProtocol

/// What processes do, and how requests and answers travel.
extension ClassicWorld {
  func start(_ process: ClassicProcess) {
    processes.append(process)
    trace += "\(now) start \(process.name)\n"
    sendJoin(process)
    tick(process)
  }

  /// It stops without a word.
  func crash(_ process: ClassicProcess) {
    trace += "\(now) crash \(process.name)\n"
    process.phase = .gone
  }

  func leave(_ process: ClassicProcess) {
    trace += "\(now) leave \(process.name)\n"
    process.phase = .gone
    var request = LeaveGroupRequest()
    var member = LeaveGroupRequest.Member()
    (member.memberID, member.groupInstanceID) = (process.memberID, process.instance)
    (request.groupID, request.members) = ("g", [member])
    send { [self] in
      do throws(CoordinatorError) {
        store(try coordinator.leaveGroup(request, version: 5, by: caller(process, 0)))
      } catch {}
    }
  }

  // MARK: The network

  var delay: Int64 {
    isCalm || chance(90) ? random(1...50) : random(50...8_000)
  }

  private func send(_ event: @escaping () -> Void) {
    if !isCalm, chance(5) { return }
    after(delay, event)
  }

  /// What the process does when a message reaches it: later, if it is paused, and nothing, if it is
  /// gone.
  private func receive(_ process: ClassicProcess, _ event: @escaping () -> Void) {
    send { [self] in resume(process, event) }
  }

  private func resume(_ process: ClassicProcess, _ event: @escaping () -> Void) {
    guard process.phase != .gone else { return }
    guard process.pausedUntil <= now else {
      return after(process.pausedUntil - now) { [self] in resume(process, event) }
    }
    event()
  }

  private func caller(_ process: ClassicProcess, _ request: UInt64) -> Caller {
    Caller(
      request: RequestID(request), clientID: process.name, host: "/127.0.0.1", now: moment,
      newMemberID: "\(process.name)-\(request)")
  }

  // MARK: Joining

  func sendJoin(_ process: ClassicProcess) {
    if !process.isCooperative { process.owned = [] }
    process.phase = .joining
    (process.toldTopics, process.toldOwned) = (process.topics, process.owned)
    let request = process.joinRequest
    let number = number(process, atMost: ClassicProcess.rebalanceTimeout + 5_000)
    send { [self] in
      // Another process of its instance may be there already: its connection is closed.
      if process.phase == .gone, process.instance != nil, isMixed { return }
      requests[number] = process
      do throws(CoordinatorError) {
        let decision = try coordinator.joinGroup(request, version: 9, by: caller(process, number))
        store(decision) { if let reply = $0 { answerJoin(number, .success(reply)) } }
      } catch {
        answerJoin(number, .failure(error))
      }
    }
  }

  /// Numbers a request. If no answer comes, the process joins again.
  private func number(_ process: ClassicProcess, atMost timeout: Int64) -> UInt64 {
    requestCount += 1
    let number = requestCount
    process.awaited = number
    after(timeout) { [self] in
      resume(process) { [self] in
        if process.awaited == number { sendJoin(process) }
      }
    }
    return number
  }

  func answerJoin(_ number: UInt64, _ result: Result<JoinGroupResponse, CoordinatorError>) {
    guard let process = requests.removeValue(forKey: number) else { return }
    receive(process) { [self] in
      guard process.awaited == number else { return }
      switch result {
      case .success(let response) where response.errorCode == .none: joined(process, response)
      case .success(let response) where response.errorCode == .memberIDRequired:
        process.memberID = response.memberID
        sendJoin(process)
      case .success(let response): startOver(process, response.errorCode)
      case .failure(let error): startOver(process, error.code)
      }
    }
  }

  private func joined(_ process: ClassicProcess, _ response: JoinGroupResponse) {
    process.memberID = response.memberID
    process.generation = response.generationID
    process.phase = .syncing
    var request = SyncGroupRequest()
    (request.groupID, request.memberID) = ("g", process.memberID)
    (request.generationID, request.groupInstanceID) = (process.generation, process.instance)
    if response.leader == process.memberID {
      if !response.skipsAssignment {
        process.assignedTopics = topics
        do {
          let hasFault = fault == .assignsWhatOthersHave && process.isCooperative
          request.assignments = try process.assignments(
            response.members, topics: topics,
            with: hasFault ? StickyAssignor() : process.assignor)
        } catch {
          fail("the leader cannot assign: \(error)")
        }
      }
    } else {
      process.assignedTopics = nil
    }
    let number = number(process, atMost: ClassicProcess.rebalanceTimeout)
    send { [self, request] in
      requests[number] = process
      do throws(CoordinatorError) {
        let decision = try coordinator.syncGroup(request, by: caller(process, number))
        store(decision) { if let reply = $0 { answerSync(number, .success(reply)) } }
      } catch {
        answerSync(number, .failure(error))
      }
    }
  }

  func answerSync(_ number: UInt64, _ result: Result<SyncGroupResponse, CoordinatorError>) {
    guard let process = requests.removeValue(forKey: number) else { return }
    let answeredAt = now
    receive(process) { [self] in
      guard process.awaited == number else { return }
      switch result {
      case .success(let response) where response.errorCode == .none:
        process.leaseEnd = answeredAt + ClassicProcess.session
        synced(process, response.assignment)
      case .success(let response): startOver(process, response.errorCode)
      case .failure(let error): startOver(process, error.code)
      }
    }
  }

  private func synced(_ process: ClassicProcess, _ assignment: ByteSlice) {
    do {
      let assigned = try ClassicProcess.decoded(assignment)
      let mustGiveUp = process.toldOwned.subtracting(assigned)
      process.awaited = nil
      process.phase = .stable
      process.owned = assigned
      process.given = assigned
      mustCheckOwners = true
      process.ownedGeneration = process.generation
      trace += "\(now) \(process.name) has \(assigned.count) in \(process.generation)\n"
      let hasMoreToSay = process.topics != process.toldTopics
      if hasMoreToSay || process.isCooperative && !mustGiveUp.isEmpty { sendJoin(process) }
    } catch {
      fail("the assignment cannot be read: \(error)")
    }
  }

  /// Joins again after an error; as somebody new, where the coordinator does not know it.
  private func startOver(_ process: ClassicProcess, _ code: ErrorCode) {
    if code != .rebalanceInProgress {
      if fault != .worksOnWhenUnknown { process.owned = [] }
      process.generation = -1
      if code != .illegalGeneration { process.memberID = "" }
    }
    sendJoin(process)
  }

  // MARK: Heartbeats

  private func tick(_ process: ClassicProcess) {
    after(3_000) { [self] in
      resume(process) { [self] in
        beat(process)
        tick(process)
      }
    }
  }

  private func beat(_ process: ClassicProcess) {
    if fault != .worksOnWhenUnknown, now >= process.leaseEnd, !process.owned.isEmpty {
      process.owned = []
      if process.phase == .stable { return sendJoin(process) }
    }
    guard process.phase == .stable else { return }
    if let known = process.assignedTopics, known != topics { return sendJoin(process) }
    var request = HeartbeatRequest()
    (request.groupID, request.memberID) = ("g", process.memberID)
    (request.generationID, request.groupInstanceID) = (process.generation, process.instance)
    send { [self, request] in
      do throws(CoordinatorError) {
        let decision = try coordinator.heartbeat(request, by: caller(process, 0))
        store(decision) { answerBeat(process, request.generationID, $0.errorCode) }
      } catch {
        answerBeat(process, request.generationID, error.code)
      }
    }
  }

  private func answerBeat(_ process: ClassicProcess, _ generation: Int32, _ code: ErrorCode) {
    let answeredAt = now
    receive(process) { [self] in
      guard process.phase == .stable, process.generation == generation else { return }
      if code == .none {
        mustCheckOwners = true
        process.leaseEnd = max(process.leaseEnd, answeredAt + ClassicProcess.session)
      } else {
        startOver(process, code)
      }
    }
  }
}
