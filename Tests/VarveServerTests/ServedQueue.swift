import Varve
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol

/// A served topic of jobs and a group that begins with the first of them.
final class ServedQueue: Sendable {
  let served: ServedBroker
  let topicID: TopicID
  let group = "workers"

  private init(_ served: ServedBroker, _ topicID: TopicID) {
    self.served = served
    self.topicID = topicID
  }

  /// Runs `body` with a queue of `job 0`, `job 1` and so on, each a batch of its own where
  /// `batchSize` says no other.
  static func run(
    records: Int, batchSize: Int = 1, configs: [String: String] = [:],
    _ body: (ServedQueue) async throws -> Void
  ) async throws {
    let served = try ServedBroker(
      serverConfig: ["group.share.max.record.lock.duration.ms": "3600000"])
    do {
      try await served.varve.createTopic("jobs")
      let partition = try fill(served.broker, records, batchSize, configs)
      try await body(ServedQueue(served, partition.topicID))
    } catch {
      await served.stop()
      throw error
    }
    await served.stop()
  }
}

/// Writes the jobs and configures their group.
private func fill(
  _ broker: Broker, _ records: Int, _ batchSize: Int, _ configs: [String: String]
) throws -> Partition {
  let id = TopicPartition(topic: try TopicName("jobs"), partition: 0)
  let partition = try broker.partition(id)
  // No lock ends by itself, however long a busy machine takes.
  var changes: [ConfigChange] = [
    .set(name: "share.auto.offset.reset", value: "earliest"),
    .set(name: "share.record.lock.duration.ms", value: "3600000"),
  ]
  for (name, value) in configs { changes.append(.set(name: name, value: value)) }
  try broker.alterGroupConfigs(of: "workers", changes, onlyValidates: false)
  var jobs: [String] = []
  for number in 0..<records {
    jobs.append("job \(number)")
    guard jobs.count == batchSize || number == records - 1 else { continue }
    try append(jobs, to: partition)
    jobs = []
  }
  return partition
}

private func append(_ jobs: [String], to partition: Partition) throws {
  let bytes = try batch(jobs)
  _ = try partition.append(bytes.bytes)
}

/// A member of a queue's group, by hand.
struct ShareMember {
  let name: String
  let topicID: TopicID
  let group: String
  var epoch: Int32 = 0

  /// What a fetch brought.
  struct Fetched {
    var offsets: [Int64] = []
    var deliveryCounts: [Int16] = []
    var values: [String] = []
  }

  init(_ name: String, _ queue: ServedQueue) {
    self.name = name
    topicID = queue.topicID
    group = queue.group
  }

  mutating func begin(_ client: WireClient) throws {
    let response = try ask(client)
    guard response.errorCode == ErrorCode.none else { throw Failure(code: response.errorCode) }
    epoch = 1
  }

  mutating func end(_ client: WireClient) throws {
    epoch = ShareSessionEpoch.final
    _ = try ask(client)
  }

  private enum ShareSessionEpoch { static let final: Int32 = -1 }

  /// A fetch of the partition with nothing else.
  func ask(
    _ client: WireClient, records: Int32 = 0, wait: Int32 = 0
  ) throws -> ShareFetchResponse {
    try client.ask(request(records: records, wait: wait), version: 2)
  }

  /// Sends a fetch without waiting for its answer.
  mutating func post(_ client: WireClient, records: Int32, wait: Int32) throws -> Int32 {
    defer { epoch += 1 }
    return try client.post(request(records: records, wait: wait), version: 2)
  }

  private func request(records: Int32, wait: Int32) -> ShareFetchRequest {
    var request = ShareFetchRequest()
    request.groupID = group
    request.memberID = name
    request.shareSessionEpoch = epoch
    request.maxRecords = records
    request.batchSize = records
    request.maxWaitMilliseconds = wait
    if epoch == 0 {
      var topic = ShareFetchRequest.Topic()
      topic.topicID = topicID
      topic.partitions = [ShareFetchRequest.Topic.Partition()]
      request.topics = [topic]
    }
    return request
  }

  mutating func fetch(
    _ client: WireClient, records: Int32, wait: Int32 = 0
  ) throws -> Fetched {
    let response = try ask(client, records: records, wait: wait)
    guard response.errorCode == ErrorCode.none else { throw Failure(code: response.errorCode) }
    epoch += 1
    var fetched = Fetched()
    for partition in response.topics.flatMap(\.partitions) {
      guard partition.errorCode == ErrorCode.none else {
        throw Failure(code: partition.errorCode)
      }
      let values = try Self.values(partition.records)
      for acquired in partition.acquiredRecords {
        let offsets = Array(acquired.firstOffset.rawValue...acquired.lastOffset.rawValue)
        fetched.offsets += offsets
        fetched.deliveryCounts += offsets.map { _ in acquired.deliveryCount }
        fetched.values += offsets.map { values[$0] ?? "missing" }
      }
    }
    return fetched
  }

  /// Says what became of records; `fetch` is a fetch on its way, whose answer comes first, empty.
  mutating func acknowledge(
    _ client: WireClient, _ offsets: ClosedRange<Int64>, _ types: [Int8],
    after fetch: Int32? = nil, token: String = ""
  ) throws -> ErrorCode {
    var batch = ShareAcknowledgementBatch()
    batch.firstOffset = Offset(offsets.lowerBound)
    batch.lastOffset = Offset(offsets.upperBound)
    batch.acknowledgeTypes = types
    batch.token = token
    var partition = ShareAcknowledgeRequest.Topic.Partition()
    partition.acknowledgementBatches = [batch]
    var topic = ShareAcknowledgeRequest.Topic()
    topic.topicID = topicID
    topic.partitions = [partition]
    let response = try acknowledge(client, [topic], after: fetch)
    epoch += 1
    guard response.errorCode == ErrorCode.none else { return response.errorCode }
    return response.topics[0].partitions[0].errorCode
  }

  /// Ends the session with an acknowledgement of nothing.
  mutating func end(_ client: WireClient, after fetch: Int32) throws -> ErrorCode {
    epoch = ShareSessionEpoch.final
    return try acknowledge(client, [], after: fetch).errorCode
  }

  private func acknowledge(
    _ client: WireClient, _ topics: [ShareAcknowledgeRequest.Topic], after fetch: Int32?
  ) throws -> ShareAcknowledgeResponse {
    var request = ShareAcknowledgeRequest()
    request.groupID = group
    request.memberID = name
    request.shareSessionEpoch = epoch
    request.topics = topics
    let id = try client.post(request, version: 2)
    if let fetch {
      let fetched = try client.take(ShareFetchResponse.self, version: 2, correlationID: fetch)
      guard fetched.errorCode == ErrorCode.none, fetched.topics.isEmpty else {
        throw Failure(code: fetched.errorCode)
      }
    }
    return try client.take(ShareAcknowledgeResponse.self, version: 2, correlationID: id)
  }

  struct Failure: Error {
    let code: ErrorCode
  }

  private static func values(_ batches: ByteSlice) throws -> [Int64: String] {
    let end = Offset(Int64.max)
    let slice = LogSlice(bytes: batches, startOffset: 0, lastStableOffset: end, endOffset: end)
    let source = TopicPartition(topic: try TopicName("jobs"), partition: 0)
    var values: [Int64: String] = [:]
    for record in try ConsumedBatch(slice, of: source, ConsumedBatch.Filter(from: 0)) {
      values[record.offset.rawValue] = String(decoding: record.value ?? ByteSlice(), as: UTF8.self)
    }
    return values
  }
}
