import Testing
import Varve
import VarveTestKit

@Suite struct DeliveryCountTests {
  @Test func `losses, duplicates and strays are counted`() {
    let count = DeliveryCount(expected: [1, 2, 3, 4], deliveries: [1, 2, 2, 2, 4, 9])
    #expect(count.expected == 4)
    #expect(count.delivered == 3)
    #expect(count.losses == 1)
    #expect(count.duplicates == 2)
    #expect(count.strays == 1)
  }

  /// Deliveries of records 1 and 2, and the guarantees that they keep.
  @Test(arguments: [
    ([RecordID]([1, 2]), [DeliveryGuarantee.atMostOnce, .atLeastOnce, .effectivelyOnce]),
    ([2], [.atMostOnce]), ([1, 1, 2], [.atLeastOnce]), ([1, 1], []), ([1, 2, 3], []),
  ])
  func `each guarantee allows what it says`(
    deliveries: [RecordID], kept: [DeliveryGuarantee]
  ) {
    let count = DeliveryCount(expected: [1, 2], deliveries: deliveries)
    #expect(DeliveryGuarantee.allCases.filter(count.satisfies) == kept)
  }

  /// A group takes record 1 twice, record 2 never and record 3 of an aborted transaction not at
  /// all; its output holds both of what the input promises.
  @Test func `a history says what its groups were given and what they made of it`() throws {
    let input = try #require(TopicPartition(directoryName: "in-0"))
    let output = try #require(TopicPartition(directoryName: "out-0"))
    let member = GroupMember("m", of: "g")
    func seen(_ id: RecordID, _ partition: TopicPartition, _ offset: Offset) -> RecordSighting {
      RecordSighting(id, in: partition, at: offset, isolation: .readCommitted)
    }
    let history = History([
      .sent(SentRecord(1, by: "p", to: input, sequence: 0)), .acknowledged(1, at: 0),
      .sent(SentRecord(2, by: "p", to: input, sequence: 1)), .acknowledged(2, at: 1),
      .began(1, by: "p"), .sent(SentRecord(3, by: "p", to: input, sequence: 2, in: 1)),
      .acknowledged(3, at: 2), .ended(1, .aborted),
      .gained(member, input), .read(seen(1, input, 0), by: member), .crashed(member),
      .gained(member, input), .read(seen(1, input, 0), by: member),
      .sent(SentRecord(11, by: "m", to: output, sequence: 0, from: 1)),
      .sent(SentRecord(12, by: "m", to: output, sequence: 1, from: 2)),
      .auditing(output, .readCommitted, from: 0), .audited(seen(11, output, 0)),
      .audited(seen(12, output, 1)),
    ])
    let taken = history.delivery(to: "g")
    #expect(taken == DeliveryCount(expected: [1, 2], deliveries: [1, 1]))
    let made = history.delivery(through: "g", into: output.topic)
    #expect(made == DeliveryCount(expected: [1, 2], deliveries: [1, 2]))
    #expect(history.delivery(to: "nobody") == DeliveryCount(expected: [], deliveries: []))
  }
}
