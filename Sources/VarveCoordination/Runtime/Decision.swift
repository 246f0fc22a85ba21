package import VarveProtocol

/// What a coordinator makes of a request, or of time that has passed.
///
/// The coordinator's state has the records already. Its shell appends them to the internal topic in
/// one batch; only then it sends the reply and carries out the effects. Where the append fails it
/// sends the error instead, drops the state, and loads it again from the topic, so that nothing is
/// ever seen that is not stored.
package struct Decision<Record: CoordinatorRecord, Reply: Sendable, Effect: Sendable>: Sendable {
  package var records: [Record]
  package var reply: Reply
  package var effects: [Effect]
  /// Whether the records make sense together only. Where not, a lot of them may be appended in
  /// several batches.
  package var isAtomic = true

  package init(_ reply: Reply, records: [Record] = [], effects: [Effect] = []) {
    self.records = records
    self.reply = reply
    self.effects = effects
  }
}

extension Decision where Reply == Void {
  package init(records: [Record] = [], effects: [Effect] = []) {
    self.init((), records: records, effects: effects)
  }
}
