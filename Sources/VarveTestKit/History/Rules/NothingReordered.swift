internal import Varve

extension HistoryRule {
  /// The records of an idempotent or transactional producer stand in their partition in the order
  /// in which they were sent.
  public static let nothingReordered = HistoryRule { facts in
    lanes(facts).flatMap { lane in
      let inOrder = lane.isSorted(by: \.sequence) ? lane : lane.sorted { $0.sequence < $1.sequence }
      return violations(inOrder, facts)
    }
  }

  private struct Lane: Hashable {
    let producer: Int32
    let partition: Int32
  }

  private struct Position {
    let record: RecordID
    let sequence: Int64
    let offset: Offset
  }

  /// The records whose place is known, by producer and partition.
  private static func lanes(_ facts: HistoryFacts) -> [[Position]] {
    var numbers: [Lane: Int] = [:]
    var lanes: [[Position]] = []
    for record in facts.records where record.isIdempotent {
      guard let offset = record.offset else { continue }
      let lane = Lane(producer: record.producer, partition: record.partition)
      let number = numbers[lane] ?? lanes.count
      if number == lanes.count {
        numbers[lane] = number
        lanes.append([])
      }
      lanes[number].append(Position(record: record.id, sequence: record.sequence, offset: offset))
    }
    return lanes
  }

  private static func violations(
    _ lane: [Position], _ facts: HistoryFacts
  ) -> [HistoryViolation] {
    guard var last = lane.first else { return [] }
    var violations: [HistoryViolation] = []
    for position in lane.dropFirst() {
      guard position.offset < last.offset else {
        last = position
        continue
      }
      let number = facts.recordNumbers[position.record].map { facts.records[Int($0)] }
      guard let record = number else { continue }
      let (partition, producer) = (
        facts.partitions[record.partition], facts.producers[record.producer]
      )
      violations.append(
        HistoryViolation(
          .reordered,
          "\(producer) sent record \(last.record) before record \(position.record), and they are at"
            + " offsets \(last.offset) and \(position.offset) of \(partition)",
          partition: partition, offset: position.offset, records: [last.record, position.record]))
    }
    return violations
  }
}

extension Array {
  fileprivate func isSorted(by key: KeyPath<Element, Int64>) -> Bool {
    zip(self, dropFirst()).allSatisfy { $0[keyPath: key] <= $1[keyPath: key] }
  }
}
