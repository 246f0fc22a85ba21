import Testing
import Varve
import VarveBase
import VarveTestKit

/// Group consumers with the coordinators of the engine in this process.
@Suite(.timeLimit(.hang), .everyDoor) struct LocalGroupTests {
  private static func options() -> GroupConsumer.Options {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    return options
  }

  private static func log(partitions: Int32 = 1) async throws -> VarveUnderTest {
    var options = Varve.Options()
    options.serverConfig = ["offsets.topic.num.partitions": "1"]
    let log = try VarveUnderTest(options: options)
    try await log.varve.createTopic("orders", partitions: partitions)
    return log
  }

  private static func send(_ varve: Varve, _ values: Range<Int>, to partition: Int32 = 0)
    async throws
  {
    let producer = try varve.producer()
    for value in values {
      try await producer.send("orders", partition: partition, value: "\(value)")
    }
  }

  @Test func `S08: every group receives every record`() async throws {
    let log = try await Self.log()
    try await Self.send(log.varve, 0..<20)
    for group in ["billing", "audit", "search"] {
      let consumer = try await log.varve.consumer(
        group: group, topics: ["orders"], options: Self.options())
      var seen: [Int] = []
      while seen.count < 20, let batch = try await consumer.next() { seen += batch.numbers }
      #expect(seen == Array(0..<20))
      await consumer.close()
    }
    #expect(try await log.varve.groups().map(\.name) == ["audit", "billing", "search"])
  }

  @Test func `S12: what was committed is remembered over a restart of the log`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/data"
    var varve = try await Varve.open(path)
    try await varve.createTopic("orders", partitions: 1)
    try await Self.send(varve, 0..<4)
    var consumer = try await varve.consumer(
      group: "billing", topics: ["orders"], options: Self.options())
    for _ in 0..<3 { _ = try await consumer.next() }
    try await varve.close()

    varve = try await Varve.open(path)
    consumer = try await varve.consumer(
      group: "billing", topics: ["orders"], options: Self.options())
    #expect(try await consumer.next()?.numbers == [2])
    try await varve.close()
  }

  @Test func `S09: members share the partitions, and who comes and goes moves them`() async throws {
    let log = try await Self.log(partitions: 4)
    for partition in Int32(0)..<4 { try await Self.send(log.varve, 0..<50, to: partition) }
    let seen = Notes<String>()
    @Sendable func consume() async throws {
      let consumer = try await log.varve.consumer(
        group: "billing", topics: ["orders"], options: Self.options())
      for try await batch in consumer.batches {
        for record in batch { seen.add("\(batch.partition)-\(record.text ?? "")") }
      }
    }
    let tasks = (0..<3).map { _ in Task { try await consume() } }
    await seen.reach(200)
    for task in tasks { task.cancel() }
    for task in tasks { _ = await task.result }
    let wanted = (0..<4).flatMap { partition in (0..<50).map { "\(partition)-\($0)" } }
    #expect(Set(seen.all) == Set(wanted))
    #expect(try await log.varve.describeGroup("billing").members.isEmpty)
  }

  @Test func `G33: lag, resets and deletion of a group at rest`() async throws {
    let log = try await Self.log()
    try await Self.send(log.varve, 0..<5)
    let consumer = try await log.varve.consumer(
      group: "billing", topics: ["orders"], options: Self.options())
    for _ in 0..<3 { _ = try await consumer.next() }
    #expect(try await consumer.lag(of: "orders", partition: 0) == 3)
    let busy = await failure { () throws(VarveError) in
      try await log.varve.resetGroup("billing", to: .to(.earliest))
    }
    #expect(busy?.code == .groupNotEmpty)
    let described = try await log.varve.describeGroup("billing")
    #expect(described.members.map(\.id) == [consumer.memberID])
    #expect(described.partitions.map(\.memberID) == [consumer.memberID])
    #expect(described.lag == 3)
    await consumer.close()

    let planned = try await log.varve.resetGroup("billing", to: .shift(-1), isDryRun: true)
    #expect(planned.map(\.to) == [1])
    #expect(try await log.varve.describeGroup("billing").lag == 3)
    try await log.varve.resetGroup("billing", to: .shift(-1))
    #expect(try await log.varve.describeGroup("billing").lag == 4)
    try await log.varve.resetGroup("billing", to: .to(.offset(99)))
    #expect(try await log.varve.describeGroup("billing").lag == 0)
    try await log.varve.deleteGroup("billing")
    let gone = await failure { () throws(VarveError) in
      _ = try await log.varve.describeGroup("billing")
    }
    #expect(gone?.code == .unknownGroup)
  }

  @Test func `G32: a group forgets what it committed for a topic that it does not read`()
    async throws
  {
    let log = try await Self.log(partitions: 2)
    try await Self.send(log.varve, 0..<3, to: 1)
    try await log.varve.createTopic("bills")
    try await log.varve.producer().send("bills", value: "1")
    try await log.varve.resetGroup("billing", topics: ["orders", "bills"], to: .to(.earliest))
    let reader = try await log.varve.consumer(
      group: "billing", topics: ["bills"], options: Self.options())
    _ = try await reader.next()
    let read = await failure { () throws(VarveError) in
      try await log.varve.deleteOffsets(of: "billing", topics: ["bills"])
    }
    #expect(read?.code == .groupNotEmpty)
    let forgotten = try await log.varve.deleteOffsets(of: "billing", topics: ["orders"])
    #expect(forgotten.map { "\($0)" } == ["orders-0", "orders-1"])
    let left = try await log.varve.committedOffsets(of: "billing")
    #expect(left.keys.map { "\($0)" } == ["bills-0"])
    #expect(try await log.varve.deleteOffsets(of: "billing", topics: ["orders"]).isEmpty)
    await reader.close()
    let unknown = await failure { () throws(VarveError) in
      try await log.varve.deleteOffsets(of: "nobody", topics: ["orders"])
    }
    #expect(unknown?.code == .unknownGroup)
  }

  @Test func `G36: closing the log under a waiting member ends its loop`() async throws {
    let log = try await Self.log()
    try await Self.send(log.varve, 0..<1)
    let seen = Notes<Int>()
    let loop = Task {
      let consumer = try await log.varve.consumer(group: "billing", topics: ["orders"])
      for try await batch in consumer.batches { seen.add(batch.count) }
    }
    await seen.reach(1)
    try await log.varve.close()
    try await loop.value
  }

  @Test func `G31: a static member that restarts gets its partition back`() async throws {
    let log = try await Self.log(partitions: 2)
    for partition in Int32(0)..<2 { try await Self.send(log.varve, 0..<10, to: partition) }
    var options = Self.options()
    options.instanceID = "i-1"
    let first = try await log.varve.consumer(group: "g", topics: ["orders"], options: options)
    _ = try await first.next()
    await first.close()
    let again = try await log.varve.consumer(group: "g", topics: ["orders"], options: options)
    _ = try await again.next()
    #expect(again.assignment.count == 2)
    #expect(try await log.varve.describeGroup("g").members.map(\.instanceID) == ["i-1"])
    await again.close()
  }
}
