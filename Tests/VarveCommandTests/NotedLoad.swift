import Foundation
import Varve
import VarveTestKit

/// What `load.py` has noted, and what a reader saw at some time while it went on, as a history.
///
/// Three files tell it: the notes before the reader began, what it read, and the notes after it was
/// done. What the client was told counts as far as it was told that before; what it asked for may
/// be there as soon as it was noted.
struct NotedLoad {
  private(set) var history = History()
  /// Records that the client was told of.
  private(set) var acknowledged: Set<RecordID> = []
  private(set) var sent: Set<RecordID> = []
  private(set) var read = 0

  private let partition: TopicPartition

  init(in directory: String, audit name: String) throws {
    partition = TopicPartition(topic: try TopicName("load"), partition: 0)
    let before = try Self.lines(directory + "/before.\(name)").count
    for (index, line) in try Self.lines(directory + "/after.\(name)").enumerated() {
      take(line.split(separator: " ").map(String.init), wasTold: index < before)
    }
    history.append(.auditing(partition, .readCommitted, from: 0))
    for line in try Self.lines(directory + "/read.\(name)") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 2, let offset = Int64(words[0]) else { throw Unreadable(line: line) }
      read += 1
      history.append(
        .audited(
          RecordSighting(
            Self.record(words[1]), in: partition, at: Offset(offset), isolation: .readCommitted)))
    }
  }

  struct Unreadable: Error { let line: String }

  private mutating func take(_ words: [String], wasTold: Bool) {
    let transaction = TransactionID(rawValue: UInt64(words[1].prefix { $0 != ":" }) ?? .max)
    switch words[0] {
    case "sent": take(sent: words[1], transaction)
    case "began": history.append(.began(transaction, by: "load"))
    case "committing": history.append(.committing(transaction))
    case _ where !wasTold: break
    case "acked":
      let record = Self.record(words[1])
      acknowledged.insert(record)
      history.append(.acknowledged(record, at: words.last.flatMap { Int64($0) }.map { Offset($0) }))
    case "committed": history.append(.ended(transaction, .committed))
    case "aborted": history.append(.ended(transaction, .aborted))
    default: history.append(.ended(transaction, .unknown))
    }
  }

  private mutating func take(sent value: String, _ transaction: TransactionID) {
    let record = Self.record(value)
    sent.insert(record)
    history.append(
      .sent(
        SentRecord(
          record, by: "load", to: partition, sequence: Int64(record.rawValue),
          in: value.contains(":") ? transaction : nil)))
  }

  /// Records of a transaction are numbered within it: there are fewer than a hundred.
  private static func record(_ value: String) -> RecordID {
    let numbers = value.split(separator: ":").compactMap { UInt64($0) }
    return RecordID(
      rawValue: numbers.count == 2 ? numbers[0] * 100 + numbers[1] : numbers.first ?? .max)
  }

  /// The lines of a file that are whole: one may be being written.
  private static func lines(_ path: String) throws -> [String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.components(separatedBy: "\n").dropLast()
  }
}
