import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// A classic group with a clock, and everything that it said and stored.
///
/// After each step a second value that read the records only must describe the same group, where
/// the group is at rest.
final class ClassicGroupBench {
  var group: ClassicGroup
  var replica: ClassicGroup
  var now: Int64 = 0
  var records: [GroupRecord] = []
  var joins: [UInt64: Result<JoinGroupResponse, CoordinatorError>] = [:]
  var syncs: [UInt64: Result<SyncGroupResponse, CoordinatorError>] = [:]
  private var requests: UInt64 = 0

  static let metadata = ByteSlice([0, 1])

  init(settings: GroupSettings = GroupSettings()) {
    let start = Caller.test().now
    group = ClassicGroup(id: "g", settings: settings, at: start)
    replica = group
  }

  var values: [GroupMetadataValue?] {
    records.map { if case .groupMetadata(_, let value) = $0 { value } else { nil } }
  }

  private func caller(_ client: String = "c") -> Caller {
    requests += 1
    return .test(requests, client: client, at: now)
  }

  private func take<Reply>(_ decision: GroupDecision<Reply>) -> Reply {
    records += decision.records
    for record in decision.records { replica.replay(record) }
    for effect in decision.effects {
      switch effect {
      case .join(let request, let result): joins[request.rawValue] = result
      case .sync(let request, let result): syncs[request.rawValue] = result
      }
    }
    if group.isStored, group.state == .stable || group.state == .empty {
      #expect(replica.describe() == group.describe())
      #expect(replica.generation == group.generation)
    }
    return decision.reply
  }

  /// The number of the request, under which its answer is found.
  @discardableResult
  func join(
    _ member: String = "", instance: String? = nil, protocols: [String] = ["range"],
    metadata: ByteSlice = metadata, type: String = "consumer", session: Int32 = 10_000,
    rebalance: Int32 = 60_000, version: Int16 = 9, client: String = "c"
  ) -> UInt64 {
    var request = JoinGroupRequest()
    request.groupID = "g"
    request.memberID = member
    request.groupInstanceID = instance
    request.sessionTimeoutMilliseconds = session
    request.rebalanceTimeoutMilliseconds = rebalance
    request.protocolType = type
    request.protocols = protocols.map {
      var supported = JoinGroupRequest.MemberProtocol()
      (supported.name, supported.metadata) = ($0, metadata)
      return supported
    }
    let caller = caller(client)
    do throws(CoordinatorError) {
      let decision = try group.join(request, version: version, by: caller)
      if let reply = take(decision) { joins[caller.request.rawValue] = .success(reply) }
    } catch {
      joins[caller.request.rawValue] = .failure(error)
    }
    return caller.request.rawValue
  }

  @discardableResult
  func sync(
    _ member: String, generation: Int32, instance: String? = nil,
    protocolName: String? = nil, assignments: [String: UInt8] = [:]
  ) -> UInt64 {
    var request = SyncGroupRequest()
    (request.groupID, request.memberID, request.generationID) = ("g", member, generation)
    (request.groupInstanceID, request.protocolName) = (instance, protocolName)
    request.assignments = assignments.sorted { $0.key < $1.key }.map {
      var assignment = SyncGroupRequest.Assignment()
      (assignment.memberID, assignment.assignment) = ($0.key, ByteSlice([$0.value]))
      return assignment
    }
    let caller = caller()
    do throws(CoordinatorError) {
      let decision = try group.sync(request, by: caller)
      if let reply = take(decision) { syncs[caller.request.rawValue] = .success(reply) }
    } catch {
      syncs[caller.request.rawValue] = .failure(error)
    }
    return caller.request.rawValue
  }

  func heartbeat(
    _ member: String, generation: Int32, instance: String? = nil
  ) -> ErrorCode {
    var request = HeartbeatRequest()
    (request.groupID, request.memberID, request.generationID) = ("g", member, generation)
    request.groupInstanceID = instance
    let caller = caller()
    do throws(CoordinatorError) {
      let decision = try group.heartbeat(request, by: caller)
      return take(decision).errorCode
    } catch {
      return error.code
    }
  }

  func leave(_ leaving: (String, instance: String?)...) -> [ErrorCode] {
    var request = LeaveGroupRequest()
    request.members = leaving.map {
      var member = LeaveGroupRequest.Member()
      (member.memberID, member.groupInstanceID) = ($0.0, $0.instance)
      return member
    }
    let caller = caller()
    do throws(CoordinatorError) {
      let decision = try group.leave(request, version: 5, by: caller)
      return take(decision).members.map(\.errorCode)
    } catch {
      return [error.code]
    }
  }

  /// Lets time pass, in milliseconds, waking the group when it asks for it.
  func pass(_ milliseconds: Int64) {
    let end = now + milliseconds
    while let next = group.nextDeadline, next <= end {
      now = max(now, next)
      take(group.expire(at: Caller.test(at: now).now))
    }
    now = end
  }

  /// The coordinator fails, and another reads the records.
  func restart() {
    group = ClassicGroup(id: "g", settings: group.settings, at: Caller.test(at: now).now)
    for record in records { group.replay(record) }
    group.loaded(at: Caller.test(at: now).now)
  }
}

extension ClassicGroupBench {
  func joined(_ request: UInt64) -> JoinGroupResponse? { try? joins[request]?.get() }

  func joinError(_ request: UInt64) -> ErrorCode? {
    switch joins[request] {
    case .success(let response): response.errorCode
    case .failure(let error): error.code
    case nil: nil
    }
  }

  func syncError(_ request: UInt64) -> ErrorCode? {
    switch syncs[request] {
    case .success(let response): response.errorCode
    case .failure(let error): error.code
    case nil: nil
    }
  }

  func assignment(_ request: UInt64) -> [UInt8]? {
    (try? syncs[request]?.get()).map { Array($0.assignment) }
  }

  /// Joins as a new member does, in two steps; gives its name and the number of the second one.
  @discardableResult
  func joinNew(
    protocols: [String] = ["range"], session: Int32 = 10_000, rebalance: Int32 = 60_000
  ) -> (member: String, request: UInt64) {
    let first = join(protocols: protocols, session: session, rebalance: rebalance)
    let member = joined(first)?.memberID ?? ""
    let second = join(member, protocols: protocols, session: session, rebalance: rebalance)
    return (member, second)
  }

  /// A stable group of so many members, the leader first; its generation is 1. Static ones are
  /// named `i0`, `i1`….
  static func stable(
    _ count: Int, isStatic: Bool = false, protocols: [String] = ["range"],
    session: Int32 = 10_000, settings: GroupSettings = GroupSettings()
  ) -> (bench: ClassicGroupBench, members: [String]) {
    let bench = ClassicGroupBench(settings: settings)
    var members: [String] = []
    var requests: [UInt64] = []
    for index in 0..<count {
      guard isStatic else {
        let (member, request) = bench.joinNew(protocols: protocols, session: session)
        members.append(member)
        requests.append(request)
        continue
      }
      requests.append(
        bench.join(instance: "i\(index)", protocols: protocols, session: session))
    }
    bench.pass(Int64(settings.classicInitialRebalanceDelay) * 2)
    if isStatic { members = requests.map { bench.joined($0)?.memberID ?? "" } }
    for member in members.dropFirst() { bench.sync(member, generation: 1) }
    var assignments: [String: UInt8] = [:]
    for (index, member) in members.enumerated() { assignments[member] = UInt8(index) }
    bench.sync(members[0], generation: 1, assignments: assignments)
    #expect(bench.group.state == .stable)
    return (bench, members)
  }
}
