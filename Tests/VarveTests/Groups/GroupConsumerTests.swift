import Testing
import Varve
import VarveBase
import VarveTestKit

@Suite(.timeLimit(.hang)) struct GroupConsumerTests {
  @Test func `S12: a batch is committed when its body has ended, by the next call`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<3)
    let consumer = try group.member()
    #expect(try await consumer.next()?.numbers == [0])
    #expect(group.groups.committed.isEmpty)
    #expect(try await consumer.next()?.numbers == [1])
    #expect(group.groups.committed == ["orders-0": 1])
    await consumer.close()
    #expect(group.groups.committed == ["orders-0": 1], "the body of the second did not end")
    #expect(try await consumer.next() == nil)
  }

  @Test func `S11: a batch is committed before its body begins`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<2)
    let consumer = try group.member { $0.commit = .beforeProcessing }
    #expect(try await consumer.next()?.numbers == [0])
    #expect(group.groups.committed == ["orders-0": 1])
    await consumer.close()
  }

  @Test func `S11: a batch that cannot be committed is not shown`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<1)
    group.groups.failCommit(.groupAuthorizationFailed)
    let consumer = try group.member { $0.commit = .beforeProcessing }
    let error = await failure { () throws(VarveError) in _ = try await consumer.next() }
    #expect(error?.code == .refused)
    await consumer.close()
  }

  @Test func `nothing is committed by itself where the program does`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<3)
    let consumer = try group.member { $0.commit = .manual }
    let first = try #require(try await consumer.next())
    _ = try await consumer.next()
    #expect(group.groups.commits.isEmpty)
    try await consumer.commit(first)
    try await consumer.commit([group.partition(): OffsetAndMetadata(2, metadata: "half")])
    #expect(group.groups.committed == ["orders-0": 2])
    #expect(
      try await consumer.committed(of: "orders", partition: 0)
        == OffsetAndMetadata(2, metadata: "half"))
    #expect(try await consumer.lag(of: "orders", partition: 0) == 1)
    await consumer.close()
  }

  @Test func `a successor goes on where the group was`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<4)
    let first = try group.member()
    for _ in 0..<3 { _ = try await first.next() }
    await first.close()
    let second = try group.member()
    #expect(try await second.next()?.numbers == [2])
    await second.close()
  }

  @Test func `without a commit a group begins where it is told to`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<2)
    let late = try group.member { options in
      options.start = .latest
      options.onRebalance = { _, _ in try? await group.send(2..<3) }
    }
    #expect(try await late.next()?.numbers == [2])
    await late.close()
  }

  @Test func `S05: a second member gets its share once the first has given it up`()
    async throws
  {
    let group = try await GroupUnderTest(partitions: 2)
    let events = Notes<RebalanceEvent>()
    let one = try group.member { $0.onRebalance = { _, event in events.add(event) } }
    let first = Task { for try await _ in one.batches {} }
    await events.reach(1)
    let two = try group.member { $0.onRebalance = { _, event in events.add(event) } }
    let second = Task { for try await _ in two.batches {} }
    await events.reach(3)
    #expect(events.all.first == .assigned([group.partition(0), group.partition(1)]))
    guard events.all.count == 3, case .revoked(let moved) = events.all[1] else {
      Issue.record("\(events.all)")
      return
    }
    #expect(moved.count == 1)
    #expect(events.all[2] == .assigned(moved))
    #expect(group.groups.conflicts == 0)
    for member in [one, two] { await member.close() }
    _ = try await (first.value, second.value)
    #expect(group.groups.memberCount == 0)
  }

  @Test func `G36: an error of the group ends the loop, and stays`() async throws {
    let group = try await GroupUnderTest()
    group.groups.failHeartbeat(.groupMaxSizeReached)
    let consumer = try group.member()
    for _ in 0..<2 {
      let error = await failure { () throws(VarveError) in _ = try await consumer.next() }
      #expect(error?.code == .groupFull)
    }
    await consumer.close()
  }

  @Test func `an error that passes is not seen`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<2)
    group.groups.failHeartbeat(.coordinatorLoadInProgress)
    let consumer = try group.member()
    #expect(try await consumer.next()?.numbers == [0])
    group.groups.failCommit(.coordinatorNotAvailable)
    #expect(try await consumer.next()?.numbers == [1])
    #expect(group.groups.committed == ["orders-0": 1])
    await consumer.close()
  }

  @Test func `G37: a commit by a member that was fenced is refused, and others read on`()
    async throws
  {
    let group = try await GroupUnderTest()
    let events = Notes<RebalanceEvent>()
    try await group.send(0..<3)
    let consumer = try group.member { options in
      options.commit = .manual
      options.onRebalance = { _, event in events.add(event) }
    }
    let batch = try #require(try await consumer.next())
    group.groups.fenceAll()
    let error = await failure { () throws(VarveError) in try await consumer.commit(batch) }
    #expect(error?.code == .notAssigned)
    #expect(group.groups.commits.isEmpty)
    // It joins anew, and begins at what is committed, which is nothing.
    #expect(try await consumer.next()?.numbers == [0])
    #expect(
      events.all == [
        .assigned([group.partition()]), .lost([group.partition()]), .assigned([group.partition()]),
      ])
    await consumer.close()
  }

  @Test func `G36: a cancelled task leaves the group, from the wait and from the body`()
    async throws
  {
    let group = try await GroupUnderTest()
    try await group.send(0..<1)
    let shown = Notes<Int>()
    let waiting = Task {
      for try await batch in try group.member().batches { shown.add(batch.count) }
    }
    await shown.reach(1)
    waiting.cancel()
    await #expect(throws: VarveError.self) { try await waiting.value }
    #expect(group.groups.leaves == [-1])

    try await group.send(1..<2)
    let consumer = try group.member()
    let inBody = Task {
      for try await _ in consumer.batches {
        shown.add(1)
        while !Task.isCancelled { await Task.yield() }
        throw CancellationError()
      }
    }
    await shown.reach(2)
    inBody.cancel()
    await #expect(throws: CancellationError.self) { try await inBody.value }
    #expect(try await consumer.next() == nil)
    await consumer.close()
    #expect(group.groups.leaves == [-1, -1])
    #expect(group.groups.memberCount == 0)
  }

  @Test func `G31: a static member leaves with its place kept`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<1)
    let consumer = try group.member { $0.instanceID = "i-1" }
    _ = try await consumer.next()
    await consumer.close()
    #expect(group.groups.leaves == [-2])
  }

  @Test func `closing the log leaves the group`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<1)
    let consumer = try group.member()
    _ = try await consumer.next()
    try await group.varve.close()
    #expect(group.groups.leaves == [-1])
    #expect(try await consumer.next() == nil)
  }

  @Test func `G33: seek, pause, resume and position are of what is assigned`() async throws {
    let group = try await GroupUnderTest(partitions: 2)
    try await group.send(0..<3, partition: 0)
    try await group.send(10..<13, partition: 1)
    let consumer = try group.member { options in
      options.onRebalance = { consumer, event in
        guard case .assigned = event else { return }
        // In time for the first record.
        try? await consumer.seek("orders", partition: 0, to: .offset(2))
        try? consumer.pause("orders", partition: 1)
      }
    }
    #expect(try await consumer.next()?.numbers == [2])
    #expect(try consumer.position(of: "orders", partition: 0) == 3)
    try consumer.resume("orders", partition: 1)
    #expect(try await consumer.next()?.numbers == [10])
    await consumer.close()
    let gone = await failure { () throws(VarveError) in
      try await consumer.commit([group.partition(): OffsetAndMetadata(1)])
    }
    #expect(gone?.code == .notAssigned)
  }

  @Test(arguments: ["batchBytes", "processingTimeout", "instanceID", "group"])
  func `an option out of its range is refused`(_ what: String) async throws {
    let group = try await GroupUnderTest()
    var options = GroupConsumer.Options()
    if what == "batchBytes" { options.reading.batchBytes = 0 }
    if what == "processingTimeout" { options.processingTimeout = .zero }
    if what == "instanceID" { options.instanceID = "" }
    #expect(throws: VarveError.self) {
      try group.varve.consumer(
        group: what == "group" ? "" : "billing", topics: ["orders"], options: options,
        of: group.groups)
    }
  }
}
