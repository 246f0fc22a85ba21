import VarveBase
import VarveProtocol

/// The oracle of committed offsets: everything that was ever written, in order. Each question is
/// answered by going through all of it.
struct CommittedOffsetsModel {
  enum Event {
    case record(OffsetCommitKey, OffsetCommitValue?, producerID: Int64?)
    case marker(producerID: Int64, commits: Bool)
  }

  var events: [Event] = []

  /// The record that holds for a key: the last that was not forgotten since, and whose transaction,
  /// where it has one, has committed.
  func committed(_ key: OffsetCommitKey) -> OffsetCommitValue? {
    var result: OffsetCommitValue?
    for (index, event) in events.enumerated() {
      guard case .record(key, let value?, let producerID) = event, !isForgotten(key, index)
      else { continue }
      if let producerID, end(of: producerID, after: index) != true { continue }
      result = value
    }
    return result
  }

  func isPending(_ key: OffsetCommitKey) -> Bool {
    events.enumerated().contains { index, event in
      guard case .record(key, .some, let producerID?) = event else { return false }
      return !isForgotten(key, index) && end(of: producerID, after: index) == nil
    }
  }

  /// Every key that was ever written.
  var keys: [OffsetCommitKey] {
    var keys: [OffsetCommitKey] = []
    for case .record(let key, _, _) in events where !keys.contains(key) { keys.append(key) }
    return keys
  }

  private func isForgotten(_ key: OffsetCommitKey, _ index: Int) -> Bool {
    events[(index + 1)...].contains { event in
      if case .record(key, nil, _) = event { true } else { false }
    }
  }

  /// How the transaction that was open at `index` ended; nil where it has not.
  private func end(of producerID: Int64, after index: Int) -> Bool? {
    for case .marker(producerID, let commits) in events[(index + 1)...] { return commits }
    return nil
  }
}
