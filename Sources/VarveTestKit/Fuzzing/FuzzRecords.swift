internal import VarveBase
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

/// Logs of coordinators under any bytes. A trap is a finding.
///
/// What must hold: what is decoded is encoded and decoded to the same, and a coordinator that has
/// replayed it goes on from there.

/// `__consumer_offsets`.
package func fuzzGroupLog(_ bytes: RawSpan) { fuzzLog(bytes, of: GroupCoordinator()) }

/// `__transaction_state`.
package func fuzzTransactionLog(_ bytes: RawSpan) {
  fuzzLog(bytes, of: TransactionCoordinator(coordinatorEpoch: 0))
}

/// `__share_group_state`.
package func fuzzShareLog(_ bytes: RawSpan) {
  fuzzLog(bytes, of: ShareCoordinator()) { record in
    switch record {
    case .snapshot(_, let value): value?.stateBatches.allSatisfy(isTried) ?? true
    case .update(_, let value): value?.stateBatches.allSatisfy(isTried) ?? true
    }
  }
}

/// Not what is possible and long, which takes its time.
private func isTried(_ batch: ShareStateBatch) -> Bool {
  let first = max(batch.firstOffset.rawValue, 0)
  let last = batch.lastOffset.rawValue
  return last <= first || !((1 << 12)...(1 << 36)).contains(last - first)
}

/// `__varve_trace`, which no coordinator reads.
package func fuzzTraceLog(_ bytes: RawSpan) {
  SealedLog(bytes).eachRecord { record, _ in _ = checked(TraceRecord.self, record) }
}

private func fuzzLog<State: Coordinator>(
  _ bytes: RawSpan, of empty: State, where isTried: (State.Record) -> Bool = { _ in true }
) {
  var state = empty
  SealedLog(bytes).eachRecord { record, header in
    let producerID = header.attributes.isTransactional ? header.producerID : nil
    if header.attributes.isControl {
      guard let producerID, let marker = try? ControlRecord(record) else { return }
      switch marker {
      case .commit: state.replayMarker(producerID: producerID, commits: true)
      case .abort: state.replayMarker(producerID: producerID, commits: false)
      default: break
      }
    } else if let checked = checked(State.Record.self, record), isTried(checked) {
      state.replay(checked, producerID: producerID)
    }
  }
  let start = Moment(wallClock: 1_704_067_200_000, uptime: 1_000)
  let loaded = state.loaded(at: start)
  var later = start
  (later.wallClock, later.uptime) = (1_704_153_600_000, 86_401_000)
  for record in loaded.records + state.expire(at: later).records {
    checkEncoding(of: record)
  }
}

private func checked<Record: CoordinatorRecord>(
  _ type: Record.Type, _ view: borrowing RecordView
) -> Record? {
  guard let key = view.key else { return nil }
  let record: Record?
  if let value = view.value {
    record = try? Record(key: key, value: value)
  } else {
    record = try? Record(key: key, value: nil)
  }
  guard let record else { return nil }
  checkEncoding(of: record)
  return record
}

private func checkEncoding<Record: CoordinatorRecord>(of record: Record) {
  let (key, value) = record.encoded
  let again: Record?
  if let value {
    again = try? Record(key: key.bytes, value: value.bytes)
  } else {
    again = try? Record(key: key.bytes, value: nil)
  }
  precondition(again == record, "decoded again, a record is the same")
}

/// What members of classic groups send of themselves, and are sent: the first byte says which.
package func fuzzConsumerProtocol(_ bytes: RawSpan) {
  let input = ByteSlice(bytes)
  guard let kind = input.first else { return }
  let message = input.slice(1..<input.count)
  if kind % 2 == 0 {
    guard let subscription = try? ConsumerProtocolFrame.subscription(message) else { return }
    let again = ConsumerProtocolFrame.encode(subscription, version: 3)
    precondition((try? ConsumerProtocolFrame.subscription(again)) == subscription)
  } else {
    guard let assignment = try? ConsumerProtocolFrame.assignment(message) else { return }
    let again = ConsumerProtocolFrame.encode(assignment, version: 3)
    precondition((try? ConsumerProtocolFrame.assignment(again)) == assignment)
  }
}
