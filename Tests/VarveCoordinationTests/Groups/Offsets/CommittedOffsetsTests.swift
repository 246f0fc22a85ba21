import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// What Kafka's documentation and KIPs say of single requests.
struct CommittedOffsetsTests {
  let topics = TopicsImage.test(["orders": 3, "payments": 1])
  let now = Timestamp(1_000_000)

  @Test("G32: a commit's metadata and leader epoch come back as they were")
  func metadataRoundTrips() {
    var offsets = CommittedOffsets()
    let commit = offsets.commit(
      OffsetCommitRequest(
        group: "g", topic: "orders", [1: 42], metadata: "at höhe", leaderEpoch: 7),
      topics: topics, at: now)
    #expect(commit.reply.errors == [.none])
    let fetched = offsets.fetch(
      OffsetFetchRequest.Group(group: "g", topic: "orders", [1]), topics: topics,
      requiresStable: false
    ).topics[0].partitions[0]
    #expect(fetched.committedOffset == 42)
    #expect(fetched.metadata == "at höhe")
    #expect(fetched.committedLeaderEpoch == 7)
  }

  @Test func `metadata may be as long as the limit and no longer, counted in UTF-16`() {
    var settings = GroupSettings()
    settings.offsetMetadataMaxBytes = 4
    var offsets = CommittedOffsets(settings: settings)
    for (metadata, error) in [
      ("1234", ErrorCode.none), ("12345", .offsetMetadataTooLarge), ("üüüü", .none),
      ("🙂🙂", .none), ("🙂🙂🙂", .offsetMetadataTooLarge),
    ] {
      let request = OffsetCommitRequest(group: "g", topic: "orders", [0: 1], metadata: metadata)
      let commit = offsets.commit(request, topics: topics, at: now)
      #expect(commit.reply.errors == [error], "\(metadata)")
      #expect(commit.records.count == (error == .none ? 1 : 0))
    }
  }

  @Test func `unknown topics and partitions are refused one by one, the others committed`() {
    var offsets = CommittedOffsets()
    var request = OffsetCommitRequest(group: "g", topic: "orders", [0: 5, 3: 5, -1: 5])
    request.topics += OffsetCommitRequest(group: "g", topic: "nothing", [0: 5]).topics
    request.topics += OffsetCommitRequest(group: "g", id: TopicID(rawValue: 99), [0: 5]).topics
    let commit = offsets.commit(request, topics: topics, at: now)
    #expect(
      commit.reply.errors == [
        .unknownTopicOrPartition, .none, .unknownTopicOrPartition, .unknownTopicOrPartition,
        .unknownTopicID,
      ])
    #expect(commit.records.count == 1)
    #expect(offsets.committed(ofGroup: "g").count == 1)
  }

  @Test func `topics are named by their ids too`() {
    var offsets = CommittedOffsets()
    let id = TopicID(rawValue: 1)
    let commit = offsets.commit(
      OffsetCommitRequest(group: "g", id: id, [2: 9]), topics: topics, at: now)
    #expect(commit.reply.topics[0].topicID == id)
    #expect(offsets.committed(group: "g", topic: "orders", partition: 2)?.offset == 9)
    let fetched = offsets.fetch(
      OffsetFetchRequest.Group(group: "g", topic: "", id: id, [2]), topics: topics,
      requiresStable: false)
    #expect(fetched.offsets == [9])
    let unknown = offsets.fetch(
      OffsetFetchRequest.Group(group: "g", topic: "", id: TopicID(rawValue: 99), [2]),
      topics: topics, requiresStable: false)
    #expect(unknown.errors == [.unknownTopicID])
  }

  @Test func `an open transaction makes a stable fetch wait, and its commits show at the marker`() {
    for commits in [true, false] {
      var offsets = CommittedOffsets()
      _ = offsets.commit(
        OffsetCommitRequest(group: "g", topic: "orders", [0: 1, 1: 1]), topics: topics, at: now)
      _ = offsets.commit(
        TxnOffsetCommitRequest(group: "g", producer: 8, topic: "orders", [1: 2]), topics: topics,
        at: now)
      let request = OffsetFetchRequest.Group(group: "g", topic: "orders", [0, 1, 2])
      let unstable = offsets.fetch(request, topics: topics, requiresStable: true)
      #expect(unstable.offsets == [1, -1, -1])
      #expect(unstable.errors == [.none, .unstableOffsetCommit, .none])
      #expect(offsets.fetch(request, topics: topics, requiresStable: false).offsets == [1, 1, -1])
      offsets.replayMarker(producerID: 8, commits: commits)
      let stable = offsets.fetch(request, topics: topics, requiresStable: true)
      #expect(stable.offsets == [1, commits ? 2 : 1, -1])
      #expect(stable.errors == [.none, .none, .none])
    }
  }

  @Test func `what was committed for a deleted topic is not that of its successor`() {
    var offsets = CommittedOffsets()
    _ = offsets.commit(
      OffsetCommitRequest(group: "g", topic: "orders", [0: 5]), topics: topics, at: now)
    let again = TopicsImage([.init(name: "orders", id: TopicID(rawValue: 7), partitionCount: 1)])
    let request = OffsetFetchRequest.Group(group: "g", topic: "orders", [0])
    #expect(offsets.fetch(request, topics: again, requiresStable: false).offsets == [-1])
    let all = OffsetFetchRequest.Group(group: "g")
    #expect(offsets.fetch(all, topics: again, requiresStable: false).topics == [])
    #expect(offsets.topicsChanged(from: topics, to: again).count == 1)
    #expect(offsets.groups == [])
  }

  @Test func `a subscribed topic's offsets are not deleted`() {
    var offsets = CommittedOffsets()
    _ = offsets.commit(
      OffsetCommitRequest(group: "g", topic: "orders", [0: 5]), topics: topics, at: now)
    let request = OffsetDeleteRequest(group: "g", topic: "orders", [0, 1, 9])
    let refused = offsets.delete(request, topics: topics) { $0 == "orders" }
    #expect(
      refused.reply.errors == [
        .groupSubscribedToTopic, .groupSubscribedToTopic, .unknownTopicOrPartition,
      ])
    #expect(refused.records == [])
    let done = offsets.delete(request, topics: topics) { _ in false }
    #expect(done.reply.errors == [.none, .none, .unknownTopicOrPartition])
    #expect(done.records.count == 1)
    #expect(offsets.groups == [])
  }

  @Test func `retention counts from where the group's state says`() {
    var settings = GroupSettings()
    settings.offsetsRetention = 100
    for (expiry, gone) in [
      (OffsetExpiry.never, nil as Int64?), (.sinceCommit, 1_000_100),
      (.sinceEmpty(1_000_050), 1_000_150),
    ] {
      for time in [Int64(1_000_099), 1_000_100, 1_000_149, 1_000_150] {
        var offsets = CommittedOffsets(settings: settings)
        _ = offsets.commit(
          OffsetCommitRequest(group: "g", topic: "orders", [0: 5]), topics: topics, at: now)
        let (records, isBare) = offsets.expire(
          group: "g", expiry, isSubscribed: { _ in false }, at: Timestamp(time))
        let isGone = gone.map { time >= $0 } ?? false
        #expect(records.count == (isGone ? 1 : 0), "\(expiry) at \(time)")
        #expect(isBare == isGone)
      }
    }
  }

  @Test func `a commit's own retention, as old clients ask for it, comes first`() {
    var offsets = CommittedOffsets()
    let commit = offsets.commit(
      OffsetCommitRequest(group: "g", topic: "orders", retention: 10, [0: 5]), topics: topics,
      at: now)
    guard case .offsetCommit(_, let value)? = commit.records.first else {
      Issue.record("no commit")
      return
    }
    #expect(value?.expireTimestamp == 1_000_010)
    let early = offsets.expire(
      group: "g", .sinceCommit, isSubscribed: { _ in false }, at: 1_000_009)
    #expect(early.records == [])
    let due = offsets.expire(group: "g", .sinceCommit, isSubscribed: { _ in false }, at: 1_000_010)
    #expect(due.records.count == 1)
  }

  @Test func `a retention that no clock reaches keeps a commit for ever`() {
    var offsets = CommittedOffsets()
    _ = offsets.commit(
      OffsetCommitRequest(group: "g", topic: "orders", retention: .max, [0: 5]), topics: topics,
      at: now)
    let expired = offsets.expire(
      group: "g", .sinceCommit, isSubscribed: { _ in false }, at: Timestamp(.max - 1))
    #expect(expired.records == [])
  }

  @Test func `a commit before the first offset leaves all records to be read`() {
    let lag = GroupLag(
      (0..<2).map { .init(topic: "c", partition: $0, committed: Offset(.min + 1), end: 5) })
    #expect(lag.partitions.map(\.lag) == [5, 5])
    #expect(lag.total == 10)
  }
}
