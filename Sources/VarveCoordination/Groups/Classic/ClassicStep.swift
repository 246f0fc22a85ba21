internal import VarveProtocol

/// What one request or expiry has come to so far.
struct ClassicStep {
  let now: Moment
  var records: [GroupRecord] = []
  var effects: [GroupEffect] = []

  init(at now: Moment) { self.now = now }

  var decision: GroupDecision<Void> { Decision(records: records, effects: effects) }

  func decision<Reply: Sendable>(_ reply: Reply) -> GroupDecision<Reply> {
    Decision(reply, records: records, effects: effects)
  }

  /// The answer to a join, if it was answered at once: it becomes the reply.
  mutating func takeJoin(_ request: RequestID) -> JoinGroupResponse? {
    for (index, effect) in effects.enumerated() {
      guard case .join(request, .success(let response)) = effect else { continue }
      effects.remove(at: index)
      return response
    }
    return nil
  }

  /// The answer to a sync, if it was answered at once: it becomes the reply.
  mutating func takeSync(_ request: RequestID) -> SyncGroupResponse? {
    for (index, effect) in effects.enumerated() {
      guard case .sync(request, .success(let response)) = effect else { continue }
      effects.remove(at: index)
      return response
    }
    return nil
  }
}
