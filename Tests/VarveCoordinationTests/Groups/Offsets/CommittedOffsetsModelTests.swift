import Testing
import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// Random requests, markers, deletions and expiries against `CommittedOffsetsModel`.
struct CommittedOffsetsModelTests {
  @Test func `whatever is asked in whatever order, the offsets are those of a search of the log`() {
    for seed in TestShare.seeds(60, long: 3_000) {
      var run = Run(seed)
      for step in 0..<60 {
        run.step()
        run.check(step)
      }
    }
  }
}

private struct Run {
  let seed: UInt64
  var generator: SeededGenerator
  var offsets: CommittedOffsets
  /// What only replays what the other wrote.
  var replica: CommittedOffsets
  var model = CommittedOffsetsModel()
  var topics = TopicsImage.test(["a": 2, "b": 1])
  var now = Timestamp(1_000)

  init(_ seed: UInt64) {
    self.seed = seed
    generator = SeededGenerator(seed: seed)
    var settings = GroupSettings()
    settings.offsetsRetention = 100
    offsets = CommittedOffsets(settings: settings)
    replica = CommittedOffsets(settings: settings)
  }

  var group: String { mutating get { pick(["g", "h"]) } }
  var producer: Int64 { mutating get { pick([1, 2, 3]) } }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &generator)]
  }

  mutating func someOffsets() -> [Int32: Offset] {
    var offsets: [Int32: Offset] = [:]
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      offsets[Int32.random(in: 0..<3, using: &generator)] =
        Offset(Int64.random(in: 0..<1_000, using: &generator))
    }
    return offsets
  }

  mutating func step() {
    now = Timestamp(now.rawValue + Int64.random(in: 0..<30, using: &generator))
    switch Int.random(in: 0..<12, using: &generator) {
    case 0..<4:
      let request = OffsetCommitRequest(group: group, topic: pick(["a", "b", "c"]), someOffsets())
      take(offsets.commit(request, topics: topics, at: now).records)
    case 4..<7:
      let producer = producer
      let request = TxnOffsetCommitRequest(
        group: group, producer: producer, topic: pick(["a", "b", "c"]), someOffsets())
      take(offsets.commit(request, topics: topics, at: now).records, of: producer)
    case 7..<9:
      let producer = producer
      let commits = Bool.random(using: &generator)
      offsets.replayMarker(producerID: producer, commits: commits)
      replica.replayMarker(producerID: producer, commits: commits)
      model.events.append(.marker(producerID: producer, commits: commits))
    case 9:
      let request = OffsetDeleteRequest(group: group, topic: pick(["a", "b"]), [0, 1])
      take(offsets.delete(request, topics: topics) { $0 == "b" }.records)
    case 10: expire()
    default: forget()
    }
  }

  mutating func forget() {
    if Bool.random(using: &generator) {
      take(offsets.deleteAll(ofGroup: group))
      return
    }
    let id = TopicID(rawValue: UInt128(UInt64.random(in: 10..<1_000_000, using: &generator)))
    let next = TopicsImage(
      topics.topics.map {
        $0.name == "a" ? .init(name: "a", id: id, partitionCount: 2) : $0
      })
    take(offsets.topicsChanged(from: topics, to: next))
    topics = next
    for key in model.keys where key.topic == "a" {
      #expect(model.committed(key) == nil && !model.isPending(key), "\(TestShare.again(seed))")
    }
  }

  mutating func expire() {
    let group = group
    let expiry: OffsetExpiry = pick([.never, .sinceCommit, .sinceEmpty(Timestamp(1_200))])
    let due = model.keys.filter { key in
      guard key.group == group, key.topic != "b", !model.isPending(key),
        let value = model.committed(key)
      else { return false }
      return switch expiry {
      case .never: false
      case .sinceCommit: now.rawValue - value.commitTimestamp >= 100
      case .sinceEmpty(let time): now.rawValue - time.rawValue >= 100
      }
    }
    let (records, isBare) = offsets.expire(
      group: group, expiry, isSubscribed: { $0 == "b" }, at: now)
    take(records)
    let expired = records.compactMap { record -> OffsetCommitKey? in
      if case .offsetCommit(let key, nil) = record { key } else { nil }
    }
    #expect(expired.count == due.count, "\(TestShare.again(seed))")
    #expect(due.allSatisfy(expired.contains), "\(TestShare.again(seed))")
    let left = model.keys.contains { key in
      key.group == group && (model.committed(key) != nil || model.isPending(key))
    }
    #expect(isBare != left, "\(TestShare.again(seed))")
  }

  mutating func take(_ records: [GroupRecord], of producer: Int64? = nil) {
    for case .offsetCommit(let key, let value) in records {
      replica.replay(key, value, producerID: producer)
      model.events.append(.record(key, value, producerID: producer))
    }
  }

  func check(_ step: Int) {
    let hint: Comment = "step \(step), \(TestShare.again(seed))"
    #expect(offsets == replica, hint)
    for group in ["g", "h"] {
      for name in ["a", "b"] {
        let request = OffsetFetchRequest.Group(group: group, topic: name, [0, 1])
        for stable in [true, false] {
          let reply = offsets.fetch(request, topics: topics, requiresStable: stable)
          for answer in reply.topics[0].partitions {
            var key = OffsetCommitKey()
            (key.group, key.topic, key.partition) = (group, name, answer.partitionIndex)
            let isUnstable = stable && model.isPending(key)
            let expected = isUnstable ? nil : model.committed(key)
            #expect(answer.committedOffset == expected?.offset ?? -1, hint)
            #expect(answer.errorCode == (isUnstable ? .unstableOffsetCommit : .none), hint)
          }
        }
      }
      let all = offsets.fetch(.init(group: group), topics: topics, requiresStable: false)
      let held = model.keys.filter { $0.group == group && model.committed($0) != nil }
      #expect(all.offsets.count == held.count, hint)
    }
  }
}
