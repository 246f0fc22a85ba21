internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// A change of a partition's state in a share group, whole or in part.
struct StoredChange {
  let group: String
  let topicID: TopicID
  let partition: Int32
  let startOffset: Int64
  let batches: [ShareStateBatch]
  /// A whole state does not tell what was accepted from what was given up.
  let isWhole: Bool

  /// Nil where it forgets the state.
  init?(_ record: ShareStateRecord) {
    switch record {
    case .snapshot(let key, let value?):
      (group, topicID, partition) = (key.groupID, key.topicID, key.partition)
      (startOffset, batches, isWhole) = (value.startOffset.rawValue, value.stateBatches, true)
    case .update(let key, let value?):
      (group, topicID, partition) = (key.groupID, key.topicID, key.partition)
      (startOffset, batches, isWhole) = (value.startOffset.rawValue, value.stateBatches, false)
    case .snapshot, .update: return nil
    }
  }
}

/// What the stored states of a share group say of one record, in their order.
struct StoredState {
  private struct Change: Equatable {
    /// As it is stored; nil where the start went past it, and how it ended is not known.
    let state: Int8?
    let deliveryCount: Int16
    let availableAt: Int64
    let failure: Int8

    var isEnd: Bool { state != 0 }
  }

  private var changes: [(change: Change, time: Timestamp)] = []

  mutating func take(_ stored: StoredChange, _ offset: Int64, at time: Timestamp) {
    let batch = stored.batches.last {
      $0.firstOffset.rawValue <= offset && offset <= $0.lastOffset.rawValue
    }
    let change: Change
    if let batch {
      let isVague = stored.isWhole && batch.deliveryState != 0
      change = Change(
        state: isVague ? nil : batch.deliveryState, deliveryCount: batch.deliveryCount,
        availableAt: batch.availableAt, failure: batch.failure)
    } else {
      guard offset < stored.startOffset else { return }
      change = Change(state: nil, deliveryCount: 0, availableAt: 0, failure: 0)
    }
    // A whole state repeats what is known.
    if let last = changes.last?.change, last == change || last.isEnd && change.isEnd { return }
    changes.append((change, time))
  }

  func steps(of group: String) -> [TraceStep] {
    changes.map { change, time in
      guard !change.isEnd else {
        return TraceStep(.commit, at: time, group: group, Self.end(change.state))
      }
      let count = change.deliveryCount > 0 ? Int(change.deliveryCount) : nil
      if let failure = ShareFailure(rawValue: change.failure) {
        return TraceStep(.giveUp, at: time, group: group, deliveries: count, failure.reason)
      }
      let delay = change.availableAt > time.rawValue
      return TraceStep(
        delay ? .delay : .release, at: time, group: group, deliveries: count,
        delay ? "not before \(Timestamp(change.availableAt).text)" : "")
    }
  }

  private static func end(_ state: Int8?) -> String {
    switch state {
    case 2: "accepted"
    case 4: "given up, or no record"
    default: "done with"
    }
  }
}
