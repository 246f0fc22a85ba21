import Testing
import Varve
import VarveServer
import VarveTestKit

/// Goal: share consumers go on after their broker or their connection was away, and what consumers
/// had that are gone is others' at once. The oracle is what was sent.
@Suite(.timeLimit(.hang)) struct RemoteShareTests {
  @Test func `a consumer is a member of its group, until it is closed or let go of`() async throws {
    try await Served.run { served in
      let remote = try await served.connect()
      let consumer = try await served.consumer(of: remote)
      try await served.fill(0..<1)
      #expect(try await consumer.poll().texts == ["0"])
      #expect(try await served.members() == [consumer.memberID])
      var second: ShareConsumer? = try await served.consumer(of: remote)
      _ = try await served.pollOnce(second)
      #expect(try await served.members().count == 2)
      second = nil
      await served.waitForMembers([consumer.memberID])
      try await consumer.close()
      #expect(try await served.members() == [])
      // It may poll again, and is given what it had.
      #expect(try await consumer.poll().texts == ["0"])
      #expect(try await served.members() == [consumer.memberID])
      try await remote.close()
    }
  }

  @Test("G67: consumers of one group in this process and behind a broker have each record once")
  func bothSides() async throws {
    try await Served.run(partitions: 2) { served in
      let remote = try await served.connect()
      let consumers = [
        try await served.consumer(of: remote), try await served.consumer(of: served.varve),
        try await served.consumer(of: remote), try await served.consumer(of: served.varve),
      ]
      let handled = Handled()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for consumer in consumers {
          group.addTask {
            while !Task.isCancelled {
              let records = try await consumer.poll(recordsMax: 7)
              handled.add(records)
              try await consumer.acknowledge(records)
            }
          }
        }
        try await served.fill(0..<400, partitions: 2)
        while handled.counts.count < 400 { await Task.yield() }
        group.cancelAll()
        try await group.waitForAll()
      }
      #expect(handled.counts.values.allSatisfy { $0 == 1 })
      #expect(try await served.varve.shareProgress(of: "workers").map(\.remaining) == [0, 0])
      try await remote.close()
    }
  }

  @Test("G41: a consumer whose connection dies gives back what it had, before its lock is over")
  func deadWorker() async throws {
    try await Served.run { served in
      let relay = try Relay()
      let through = try served.open(relay)
      relay.lead(to: through.port)
      let remote = try await Varve.connect(to: "127.0.0.1:\(relay.port)")
      let worker = try await served.consumer(of: remote)
      try await served.fill(0..<5)
      #expect(try await worker.take(5).texts == ["0", "1", "2", "3", "4"])
      relay.cut(isLast: true)
      // Locks last for 30 seconds of a clock that stands still.
      let other = try await served.consumer(of: served.varve)
      let again = try await other.take(5)
      #expect(Set(again.texts).count == 5)
      #expect(again.counts == [2, 2, 2, 2, 2])
      try await remote.close()
      await through.server.stop()
    }
  }

  @Test("G67: a consumer goes on when its connections are cut, and no record is lost")
  func cutConnections() async throws {
    try await Served.run(configs: [.deliveriesMax(10)]) { served in
      let relay = try Relay()
      let through = try served.open(relay)
      relay.lead(to: through.port)
      let remote = try await Varve.connect(to: "127.0.0.1:\(relay.port)")
      let worker = try await served.consumer(of: remote)
      let handled = Handled()
      let working = Task {
        do {
          while !Task.isCancelled {
            let records = try await worker.poll(recordsMax: 5)
            handled.add(records)
            for record in records { await accept(record, worker) }
          }
        } catch { Issue.record(error) }
      }
      for number in 0..<60 {
        try await served.fill(number..<number + 1)
        guard number % 6 == 5 else { continue }
        relay.cut()
        // So that no record is there at more cuts than it has deliveries.
        while handled.counts.count < number - 6 { await Task.yield() }
      }
      while try await served.varve.shareProgress(of: "workers").first?.remaining != 0 {
        await Task.yield()
      }
      working.cancel()
      await working.value
      #expect(Set(handled.counts.keys) == Set((0..<60).map { "\($0)" }))
      try await remote.close()
      await through.server.stop()
    }
  }

  @Test("G67: a consumer goes on when its broker was away, and no record is lost")
  func restart() async throws {
    try await Served.run { served in
      let service = try await served.varve.serve(port: 0)
      let remote = try await Varve.connect(to: service.address)
      let worker = try await served.consumer(of: remote)
      try await served.fill(0..<10)
      let held = try await worker.take(3)
      let waiting = Task { try await worker.take(7) }
      await service.stop()
      let again = try await served.varve.serve(port: service.port)
      // The broker has kept what was locked.
      try await worker.acknowledge(held)
      var rest = try await waiting.value
      try await worker.acknowledge(rest)
      #expect(Set(held.texts + rest.texts) == Set((0..<10).map { "\($0)" }))
      try await served.fill(10..<12)
      rest = try await worker.take(2)
      #expect(rest.texts == ["10", "11"])
      try await worker.acknowledge(rest)
      #expect(try await served.varve.shareProgress(of: "workers").map(\.remaining) == [0])
      try await remote.close()
      await again.stop()
    }
  }

  @Test func `nobody waits for a poll that waits`() async throws {
    try await Served.run { served in
      let remote = try await served.connect()
      let consumer = try await served.consumer(of: remote)
      try await served.fill(0..<3)
      let records = try await consumer.take(3)
      let waiting = Task { try await consumer.poll() }
      for record in records { try await consumer.acknowledge(record) }
      #expect(try await remote.topics().map(\.name.description).contains("jobs"))
      #expect(try await remote.shareProgress(of: "workers").map(\.remaining) == [0])
      waiting.cancel()
      #expect(try await waiting.value.isEmpty)
      try await remote.close()
    }
  }

  /// A record that is not the consumer's any more comes again, unless its answer was lost.
  private func accept(_ record: SharedRecord, _ consumer: ShareConsumer) async {
    let error = await failure { () async throws(VarveError) in
      try await consumer.acknowledge(record)
    }
    if let error, error.code != .notAssigned, error.code != .cancelled { Issue.record(error) }
  }
}

/// A log with topic `jobs`, in this process and behind any number of servers.
private struct Served {
  let varve: Varve
  let address: String

  static func run(
    partitions: Int32 = 1, configs: [GroupConfig] = [], _ body: (Served) async throws -> Void
  ) async throws {
    let shares = try await SharesUnderTest(partitions: partitions, configs: configs)
    let service = try await shares.varve.serve(port: 0)
    try await body(Served(varve: shares.varve, address: service.address))
    try await shares.varve.close()
  }

  func connect() async throws -> Varve { try await Varve.connect(to: address) }

  /// A server whose clients come through a relay.
  func open(_ relay: Relay) throws -> (server: Server, port: UInt16) {
    let cluster = try #require(varve.cluster as? LocalCluster)
    var options = ServerOptions()
    options.listeners = [ListenerOptions(SocketAddress(host: SocketAddress.loopback, port: 0))]
    options.advertised = SocketAddress(host: SocketAddress.loopback, port: relay.port)
    options.loopCount = 1
    let server = try Server(cluster.broker, options: options)
    return (server, try #require(server.addresses.first).port)
  }

  func consumer(of varve: Varve) async throws -> ShareConsumer {
    try await varve.shareConsumer(
      group: "workers", topics: ["jobs"], options: SharesUnderTest.patient)
  }

  /// Has a consumer join, which takes nothing.
  func pollOnce(_ consumer: ShareConsumer?) async throws {
    let polling = Task { try await consumer?.poll() }
    while try await members().count < 2 { await Task.yield() }
    polling.cancel()
    _ = try await polling.value
  }

  func members() async throws -> [String] {
    try await varve.describeGroup("workers").members.map(\.id)
  }

  func waitForMembers(_ ids: [String]) async {
    while (try? await members()) != ids { await Task.yield() }
  }

  /// Puts numbered records in, each a batch of its own, in the partitions in turn.
  func fill(_ numbers: Range<Int>, partitions: Int = 1) async throws {
    let producer = try varve.producer()
    for number in numbers {
      try await producer.send("jobs", partition: Int32(number % partitions), value: "\(number)")
    }
    try await producer.close()
  }
}
