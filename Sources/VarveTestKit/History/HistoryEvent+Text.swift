internal import Varve

extension HistoryEvent: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .sent(let record): record.text
    case .acknowledged(let record, let offset):
      "record \(record) acknowledged" + (offset.map { " at \($0)" } ?? "")
    case .failed(let record): "record \(record) failed"
    case .unknown(let record): "record \(record) unknown"
    case .began, .addedOffset, .committing, .ended: transactionText
    case .gained, .gaveUp, .positioned, .read, .crashed, .atRest: memberText
    case .committedOffset(let group, let partition, let offset, let outcome):
      "group \(group) commits \(offset) of \(partition): \(outcome)"
    case .fetchedOffset(let group, let partition, let offset):
      "group \(group) fetches \(offset.map { "\($0)" } ?? "no offset") of \(partition)"
    case .auditing(let partition, let isolation, let offset):
      "audit of \(partition) from \(offset), \(isolation)"
    case .audited(let sighting): "audit saw \(sighting.text)"
    case .restarted(let what): "\(what) restarted"
    }
  }

  private var transactionText: String {
    switch self {
    case .began(let transaction, let producer): "transaction \(transaction) begun by \(producer)"
    case .addedOffset(let transaction, let group, let partition, let offset):
      "transaction \(transaction) commits \(offset) of \(partition) for group \(group)"
    case .committing(let transaction): "transaction \(transaction) committing"
    case .ended(let transaction, let outcome): "transaction \(transaction) \(outcome)"
    default: ""
    }
  }

  private var memberText: String {
    switch self {
    case .gained(let member, let partition): "\(member) gained \(partition)"
    case .gaveUp(let member, let partition): "\(member) gave up \(partition)"
    case .positioned(let member, let partition): "\(member) positioned in \(partition)"
    case .read(let sighting, let member): "\(member) read \(sighting.text)"
    case .crashed(let member): "\(member) crashed"
    case .atRest(let group, let partitions):
      "group \(group) at rest: " + partitions.map(\.description).joined(separator: " ")
    default: ""
    }
  }
}

extension SentRecord {
  fileprivate var text: String {
    "record \(id) sent by \(producer) as \(sequence) to \(partition)"
      + (transaction.map { " in transaction \($0)" } ?? "")
      + (isIdempotent ? "" : ", not idempotent") + (source.map { ", from record \($0)" } ?? "")
  }
}

extension RecordSighting {
  fileprivate var text: String { "record \(record) at \(partition) \(offset), \(isolation)" }
}
