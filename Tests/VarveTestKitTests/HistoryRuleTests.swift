import Testing
import Varve
import VarveTestKit

/// Each rule on a history of a few lines, and what it says.
@Suite struct HistoryRuleTests {
  static let orders = TopicPartition(directoryName: "orders-0")!
  static let others = TopicPartition(directoryName: "orders-1")!

  private func kinds(_ events: [HistoryEvent]) -> [HistoryViolation.Kind] {
    History(events).violations().map(\.kind)
  }

  private func sent(
    _ id: RecordID, _ sequence: Int64, to partition: TopicPartition = orders,
    in transaction: TransactionID? = nil
  ) -> HistoryEvent {
    .sent(SentRecord(id, by: "p", to: partition, sequence: sequence, in: transaction))
  }

  private func audit(
    _ seen: [(RecordID, Offset)], of partition: TopicPartition = orders, from: Offset = 0
  ) -> [HistoryEvent] {
    [.auditing(partition, .readCommitted, from: from)]
      + seen.map { record, offset in
        .audited(RecordSighting(record, in: partition, at: offset, isolation: .readCommitted))
      }
  }

  @Test func `a lost record is named with its place`() {
    let events = [sent(7, 0), .acknowledged(7, at: 3)] + audit([])
    let violations = History(events).violations()
    #expect(violations.map(\.kind) == [.lost])
    #expect(violations.first?.partition == Self.orders)
    #expect(violations.first?.offset == 3)
    #expect(violations.first?.records == [7])
    #expect(
      violations.first?.description
        == "record 7 was acknowledged at offset 3 of orders-0, and is gone")
  }

  @Test func `what retention deleted is not lost`() {
    #expect(kinds([sent(7, 0), .acknowledged(7, at: 3)] + audit([], from: 4)) == [])
  }

  @Test func `a record that a reader saw may not go, whatever its producer knows`() {
    let read = RecordSighting(7, in: Self.orders, at: 3)
    let events = [sent(7, 0), .read(read, by: GroupMember("m", of: "g")), .unknown(7)]
    #expect(kinds(events + audit([(7, 3)])) == [])
    #expect(kinds(events + audit([])) == [.lost])
  }

  @Test func `an unknown record may be there or not`() {
    #expect(kinds([sent(7, 0), .unknown(7)] + audit([])) == [])
    #expect(kinds([sent(7, 0), .unknown(7)] + audit([(7, 0)])) == [])
    #expect(kinds([sent(7, 0)] + audit([(7, 0)])) == [])
  }

  @Test func `acknowledged records without a final read are not taken for good`() {
    #expect(kinds([sent(7, 0), .acknowledged(7, at: 3)]) == [.unaudited])
  }

  /// What its producer was told of the transaction, whether its first record, its second and its
  /// offset are visible, and what that is.
  @Test(arguments: [
    (TransactionOutcome?.some(.committed), true, true, true, [HistoryViolation.Kind]()),
    (.committed, true, false, true, [.lost, .torn]),
    (.committed, false, false, true, [.lost, .lost]),
    (.committed, true, true, false, [.torn]),
    (.aborted, false, false, false, []),
    (.aborted, true, false, false, [.abortedSeen]),
    (.aborted, false, false, true, [.torn]),
    (.unknown, true, true, true, []),
    (.unknown, false, false, false, []),
    (.unknown, true, false, true, [.torn]),
    (.unknown, true, true, false, [.torn]),
    (.unknown, false, false, true, [.torn]),
    (nil, true, true, true, []),
    (nil, false, false, false, []),
    (nil, true, false, true, [.torn]),
  ])
  func `a transaction is seen whole or not at all`(
    outcome: TransactionOutcome?, first: Bool, second: Bool, offset: Bool,
    expected: [HistoryViolation.Kind]
  ) {
    var events: [HistoryEvent] = [
      .began(1, by: "p"), sent(7, 0, in: 1), .acknowledged(7, at: 0),
      sent(8, 0, to: Self.others, in: 1), .acknowledged(8, at: 0),
      .addedOffset(1, group: "g", Self.orders, 40), .committing(1),
    ]
    if let outcome { events.append(.ended(1, outcome)) }
    events += audit(first ? [(7, 0)] : []) + audit(second ? [(8, 0)] : [], of: Self.others)
    events.append(.fetchedOffset(group: "g", Self.orders, offset ? 40 : nil))
    #expect(kinds(events) == expected, "\(History(events).violations())")
  }

  @Test func `nobody may see a transaction that was never to be committed`() {
    let events = [.began(1, by: "p"), sent(7, 0, in: 1)] + audit([(7, 0)])
    #expect(kinds(events) == [.abortedSeen])
  }

  @Test func `committed offsets go on, and are somebody's`() {
    let commits: [HistoryEvent] = [
      .committedOffset(group: "g", Self.orders, 5, .committed),
      .committedOffset(group: "g", Self.orders, 9, .unknown),
      .committedOffset(group: "g", Self.orders, 7, .failed),
    ]
    func ending(at offset: Offset?) -> [HistoryViolation.Kind] {
      kinds(commits + [.fetchedOffset(group: "g", Self.orders, offset)])
    }
    #expect(ending(at: 5) == [])
    #expect(ending(at: 9) == [])
    #expect(ending(at: 7) == [.failedSeen])
    #expect(ending(at: 8) == [.invented])
    #expect(ending(at: nil) == [.lost])
  }

  @Test func `a partition goes from owner to owner`() {
    let (first, second) = (GroupMember("a", of: "g"), GroupMember("b", of: "g"))
    let rest = HistoryEvent.atRest(group: "g", [Self.orders])
    let taken: [HistoryEvent] = [.gained(first, Self.orders)]
    let given: [HistoryEvent] = [.gained(second, Self.orders)]
    #expect(kinds(taken + [.gaveUp(first, Self.orders)] + given + [rest]) == [])
    #expect(kinds(taken + [.crashed(first)] + given + [rest]) == [])
    #expect(kinds(taken + given) == [.twoOwners])
    #expect(kinds(taken + [.gained(GroupMember("b", of: "h"), Self.orders), rest]) == [])
    #expect(kinds(taken + [.crashed(first), rest]) == [.unowned])
  }

  @Test func `a test's own mistakes are told`() {
    #expect(kinds([sent(7, 0), sent(7, 1)]) == [.misrecorded])
    #expect(kinds([.acknowledged(7, at: 0)]) == [.misrecorded])
    #expect(kinds([sent(7, 0), .failed(7), .acknowledged(7, at: 0)]) == [.misrecorded])
    #expect(kinds([.ended(1, .aborted), .ended(1, .committed)]) == [.misrecorded])
    #expect(kinds([.began(1, by: "p"), .began(1, by: "p")]) == [.misrecorded])
  }

  @Test func `the dump has a line for each event`() {
    let events = [sent(7, 0, in: 2), .acknowledged(7, at: 3), .committing(2)] + audit([(7, 3)])
    #expect(
      History(events).description == """
        0 record 7 sent by p as 0 to orders-0 in transaction 2
        1 record 7 acknowledged at 3
        2 transaction 2 committing
        3 audit of orders-0 from 0, readCommitted
        4 audit saw record 7 at orders-0 3, readCommitted

        """)
  }

  @Test func `tasks record at once and get ids of their own`() async {
    let recorder = HistoryRecorder()
    await withTaskGroup { group in
      for task in 0..<4 {
        group.addTask {
          for sequence in 0..<100 {
            let id = recorder.nextRecordID()
            let sent = SentRecord(
              id, by: "p\(task)", to: Self.orders, sequence: Int64(sequence),
              in: recorder.nextTransactionID())
            recorder.record([.sent(sent), .failed(id)])
            recorder.record(.restarted("task"))
          }
        }
      }
    }
    #expect(recorder.history.events.count == 1200)
    #expect(recorder.history.violations() == [])
  }
}
