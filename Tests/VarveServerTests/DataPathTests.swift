import Testing
import Varve
import VarveBase
import VarveLog
import VarveProtocol
import VarveTestSupport

/// Goal: what one door takes in, the others give out, in every version. Method: a client on a
/// socket beside readers and producers in the process.
@Suite struct DataPathTests {
  @Test("G22: every version of Produce and Fetch is answered")
  func everyVersion() async throws {
    try await ServedBroker.run { served in
      let topic = try await served.varve.createTopic("t")
      let id = topic.id
      let read = try await served.client { client -> [[String]] in
        for version in ProduceRequest.api.versions {
          let response: ProduceResponse = try client.ask(
            ProduceRequest("t", id: id, batch: try batch(["v\(version)"])), version: version)
          let partition = try #require(response.topics.first?.partitions.first)
          #expect(partition.errorCode == ErrorCode.none, "version \(version)")
          #expect(partition.baseOffset == Offset(Int64(version) - 3))
        }
        return try FetchRequest.api.versions.map { version in
          var request = FetchRequest("t", id: id)
          request.sessionEpoch = -1
          let response: FetchResponse = try client.ask(request, version: version)
          let partition = try #require(response.topics.first?.partitions.first)
          #expect(partition.highWatermark == 11)
          return try values(partition.records)
        }
      }
      let written = ProduceRequest.api.versions.map { "v\($0)" }
      #expect(read == Array(repeating: written, count: FetchRequest.api.versions.count))
    }
  }

  @Test("G02: a client's records are read in the process, and the other way round")
  func bothDoors() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        for value in ["a", "b"] {
          let _: ProduceResponse = try client.ask(
            ProduceRequest("t", batch: try batch([value], codec: .gzip)), version: 9)
        }
      }
      let producer = try served.varve.producer()
      try await producer.send("t", value: "c")
      var seen: [String] = []
      let consumer = try await served.varve.consumer(topics: ["t"], from: .earliest)
      for try await batch in consumer.batches {
        for record in batch { seen.append(record.text ?? "") }
        if seen.count == 3 { break }
      }
      #expect(seen == ["a", "b", "c"])
      let fetched = try await served.client { client -> [String] in
        let response: FetchResponse = try client.ask(FetchRequest("t"), version: 11)
        return try values(response.topics.first?.partitions.first?.records)
      }
      #expect(fetched == ["a", "b", "c"])
    }
  }

  @Test("G67: a producer in the process goes on after a client has made its topic anew")
  func recreated() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      let producer = try served.varve.producer()
      try await producer.send("t", value: "old")
      try await served.client { client in
        var deletion = DeleteTopicsRequest()
        deletion.names = ["t"]
        let deleted: DeleteTopicsResponse = try client.ask(deletion, version: 5)
        #expect(deleted.topics.map(\.errorCode) == [.none])
        var creation = CreateTopicsRequest()
        var topic = CreateTopicsRequest.Topic()
        (topic.name, topic.partitionCount, topic.replicationFactor) = ("t", 1, 1)
        creation.topics = [topic]
        let created: CreateTopicsResponse = try client.ask(creation, version: 7)
        #expect(created.topics.map(\.errorCode) == [.none])
      }
      let receipt = try await producer.send("t", value: "new")
      #expect(receipt.offset == 0)
      let fetched = try await served.client { client -> [String] in
        let response: FetchResponse = try client.ask(FetchRequest("t"), version: 11)
        return try values(response.topics.first?.partitions.first?.records)
      }
      #expect(fetched == ["new"])
    }
  }

  @Test("G26: a fetch from the middle of a batch returns that batch")
  func middle() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      let fetched = try await served.client { client -> [String] in
        let _: ProduceResponse = try client.ask(
          ProduceRequest("t", batch: try batch(["a", "b", "c"])), version: 9)
        let response: FetchResponse = try client.ask(FetchRequest("t", from: 2), version: 11)
        return try values(response.topics.first?.partitions.first?.records)
      }
      #expect(fetched == ["a", "b", "c"])
    }
  }

  @Test("G34: a fetch waits for a record, and an append in the process wakes it")
  func longPoll() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      let producer = try served.varve.producer()
      let port = served.port
      let client = try await onThread {
        let client = try WireClient(port: port)
        let _: MetadataResponse = try client.ask(MetadataRequest(), version: 9)
        try client.post(FetchRequest("t", maxWait: 600_000), version: 11)
        return client
      }
      try await producer.send("t", value: "late")
      let fetched = try await onThread {
        let response = try client.take(FetchResponse.self, version: 11, correlationID: 2)
        return try values(response.topics.first?.partitions.first?.records)
      }
      #expect(fetched == ["late"])
    }
  }

  @Test("G34: a fetch waits for as many bytes as it asks for")
  func minBytes() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      let port = served.port
      let one = try batch(["x"]).count
      let client = try await onThread {
        let client = try WireClient(port: port)
        try client.post(
          FetchRequest("t", minBytes: Int32(one * 3), maxWait: 600_000), version: 11)
        return client
      }
      for _ in 0..<3 {
        try await served.client { other in
          let _: ProduceResponse = try other.ask(
            ProduceRequest("t", batch: try batch(["x"])), version: 9)
        }
      }
      let fetched = try await onThread {
        let response = try client.take(FetchResponse.self, version: 11, correlationID: 1)
        return try values(response.topics.first?.partitions.first?.records)
      }
      #expect(fetched == ["x", "x", "x"])
    }
  }

  @Test("G19: requests sent one after the other without waiting are answered in order")
  func pipelined() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t", config: [.durability(.group)])
      try await served.client { client in
        for number in 0..<200 {
          try client.post(ProduceRequest("t", batch: try batch(["\(number)"])), version: 9)
          try client.post(ListOffsetsRequest.end(of: "t"), version: 6)
        }
        for number in 0..<200 {
          let produced = try client.take(
            ProduceResponse.self, version: 9, correlationID: Int32(number * 2 + 1))
          #expect(produced.topics[0].partitions[0].baseOffset == Offset(Int64(number)))
          let listed = try client.take(
            ListOffsetsResponse.self, version: 6, correlationID: Int32(number * 2 + 2))
          #expect(listed.topics[0].partitions[0].offset >= Offset(Int64(number + 1)))
        }
      }
    }
  }

  @Test func `with acks 0 nothing is answered, and a refused batch ends the connection`()
    async throws
  {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        try client.post(ProduceRequest("t", batch: try batch(["a"]), acks: 0), version: 9)
        let listed: ListOffsetsResponse = try client.ask(
          ListOffsetsRequest.end(of: "t"), version: 6)
        #expect(listed.topics[0].partitions[0].offset == 1)
        try client.post(ProduceRequest("nowhere", batch: try batch(["a"]), acks: 0), version: 9)
        let isEnded = try client.isEnded()
        #expect(isEnded)
      }
    }
  }

  @Test func `a server that stops answers a fetch that waits`() async throws {
    let served = try ServedBroker()
    try await served.varve.createTopic("t")
    let port = served.port
    let client = try await onThread {
      let client = try WireClient(port: port)
      let _: MetadataResponse = try client.ask(MetadataRequest(), version: 9)
      try client.post(FetchRequest("t", maxWait: 600_000), version: 11)
      return client
    }
    await served.stop()
    let isEnded = try await onThread { try client.isEnded() }
    #expect(isEnded)
  }
}

extension ListOffsetsRequest {
  static func end(of topic: String) -> ListOffsetsRequest {
    var request = ListOffsetsRequest()
    request.replicaID = -1
    var asked = Topic()
    asked.name = topic
    var partition = Topic.Partition()
    partition.timestamp = -1
    asked.partitions = [partition]
    request.topics = [asked]
    return request
  }
}
