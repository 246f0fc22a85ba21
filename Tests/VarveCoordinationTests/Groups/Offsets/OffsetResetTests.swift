import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// What `kafka-consumer-groups --reset-offsets` does, by its documentation.
struct OffsetResetTests {
  /// A log from 10 to 100, of which the group has read up to 40.
  private func place(committed: Offset? = 40, timed: Offset? = nil) -> OffsetReset.Place {
    OffsetReset.Place(
      topic: "orders", partition: 0, committed: committed, start: 10, end: 100, timed: timed)
  }

  @Test(
    "G32: a reset goes to the earliest or latest record, a time, an offset or a distance",
    arguments: [
      (OffsetReset.earliest, 10, nil), (.latest, 100, nil), (.timestamp(5), 55, nil),
      (.offset(20), 20, nil), (.offset(9), 10, 9), (.offset(101), 100, 101),
      (.shift(5), 45, nil), (.shift(-5), 35, nil), (.shift(-31), 10, 9), (.shift(61), 100, 101),
      (.shift(0), 40, nil), (.shift(Int64.max), 100, Offset(Int64.max)),
    ] as [(OffsetReset, Offset, Offset?)])
  func targets(reset: OffsetReset, to: Offset, asked: Offset?) throws {
    let step = try #require(try reset.plan([place(timed: 55)]).first)
    #expect(step.from == 40)
    #expect(step.to == to)
    #expect(step.asked == asked)
  }

  @Test func `a time after the last record is the end`() throws {
    #expect(try OffsetReset.timestamp(5).plan([place()]).first?.to == 100)
  }

  @Test func `what was never committed cannot be shifted, and can be set`() throws {
    let error = #expect(throws: CoordinatorError.self) {
      try OffsetReset.shift(1).plan([place(committed: nil)])
    }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.contains("orders-0") == true)
    #expect(try OffsetReset.earliest.plan([place(committed: nil)]).first?.to == 10)
  }

  @Test func `a plan is committed as it is`() throws {
    let places = [("b", 1), ("a", 0), ("b", 0)].map { topic, partition in
      OffsetReset.Place(
        topic: topic, partition: Int32(partition), committed: nil, start: 3, end: 9)
    }
    let request = OffsetReset.commit(try OffsetReset.latest.plan(places), group: "g")
    #expect(request.groupID == "g")
    #expect(request.generationIDOrMemberEpoch == -1)
    #expect(request.topics.map(\.name) == ["a", "b"])
    #expect(request.topics.map { $0.partitions.map(\.partitionIndex) } == [[0], [0, 1]])
    #expect(request.topics.flatMap(\.partitions).allSatisfy { $0.committedOffset == 9 })
  }

  @Test("G33: lag is the log's end less what is committed")
  func lag() {
    let lag = GroupLag([
      .init(topic: "b", partition: 0, committed: 30, end: 100),
      .init(topic: "a", partition: 1, committed: nil, end: 5),
      .init(topic: "a", partition: 0, committed: 7, end: 5),
    ])
    #expect(lag.partitions.map(\.lag) == [0, nil, 70])
    #expect(lag.total == 70)
  }
}
