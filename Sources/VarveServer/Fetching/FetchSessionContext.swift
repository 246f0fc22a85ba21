internal import VarveBase
internal import VarveLog
internal import VarveProtocol

/// What a fetch reads, and how its answer is put: whole, or only what is new to a session.
struct FetchSessionContext {
  let targets: [FetchSession.Asked]
  private let session: FetchSession?
  private let isIncremental: Bool

  /// Throws where the request belongs to a session that is not there, or does not follow the
  /// session's last one.
  init(_ request: FetchRequest, version: Int16, _ sessions: FetchSessions) throws(ErrorCode) {
    let asked = request.asked
    let usesTopicIDs = version >= 13
    let isFull = request.sessionEpoch <= 0
    guard !isFull else {
      if request.sessionID != 0 { sessions.remove(request.sessionID) }
      targets = asked
      isIncremental = false
      session =
        request.sessionEpoch == 0 && version >= 7
        ? sessions.make(asked, usesTopicIDs: usesTopicIDs) : nil
      return
    }
    guard let known = sessions.session(request.sessionID) else { throw .fetchSessionIDNotFound }
    targets = try known.change(
      epoch: request.sessionEpoch, asked, forgotten: request.forgotten,
      usesTopicIDs: usesTopicIDs)
    isIncremental = true
    // A session without partitions has nothing to remember.
    if targets.isEmpty { sessions.remove(known.id) }
    session = targets.isEmpty ? nil : known
  }

  func response(to targets: [FetchTarget], _ isolation: IsolationLevel) -> FetchResponse {
    var response = FetchResponse()
    response.sessionID = session?.id ?? 0
    var withRecords: Set<FetchTarget.Key> = []
    for target in targets {
      let answer = target.answer(isolation: isolation)
      if answer.records?.isEmpty == false { withRecords.insert(target.key) }
      let isNew = session?.isNew(target.key, answer) ?? true
      if isNew || !isIncremental { response.append(answer, of: target.key) }
    }
    session?.moveToEnd(withRecords)
    return response
  }
}

extension FetchResponse {
  /// Adds a partition, to the topic before it where that is its own.
  fileprivate mutating func append(_ partition: Topic.Partition, of key: FetchTarget.Key) {
    if let last = topics.last, last.name == key.topicName, last.topicID == key.topicID {
      topics[topics.count - 1].partitions.append(partition)
    } else {
      var topic = Topic()
      topic.name = key.topicName
      topic.topicID = key.topicID
      topic.partitions = [partition]
      topics.append(topic)
    }
  }
}

extension FetchRequest {
  fileprivate var asked: [FetchSession.Asked] {
    topics.flatMap { topic in
      topic.partitions.map { partition in
        (
          FetchTarget.Key(
            topicName: topic.name, topicID: topic.topicID, partition: partition.partitionIndex),
          partition
        )
      }
    }
  }

  fileprivate var forgotten: [FetchTarget.Key] {
    forgottenTopics.flatMap { topic in
      topic.partitionIndexes.map {
        FetchTarget.Key(topicName: topic.name, topicID: topic.topicID, partition: $0)
      }
    }
  }
}
