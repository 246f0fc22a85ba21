import Testing
import Varve
import VarveLog
import VarveTestKit

/// How a producer is with a log that is slow or fails: the test is the log, and says when and how
/// each batch ends.
@Suite(.timeLimit(.hang)) struct ProducerMemoryTests {
  /// A producer with room for four batches of one record each.
  private static func small(
    _ cluster: HeldCluster, linger: Duration = .zero, identity: ProducerIdentity? = nil
  ) throws -> Producer {
    var options = Producer.Options()
    options.linger = linger
    options.batchBytes = 1024
    options.bufferBytes = 4096
    return try Producer(cluster, options: options, identity: identity)
  }

  /// One record of them fills a batch.
  private static func value(_ number: Int) -> String {
    "\(number) " + String(repeating: "x", count: 800)
  }

  /// The numbers of the records of batches, in their order.
  private static func numbers(_ batches: [ByteSlice]) throws -> [Int] {
    var numbers: [Int] = []
    for batch in batches {
      let slice = LogSlice(
        bytes: batch, startOffset: 0, lastStableOffset: 0, endOffset: 0)
      let records = try ConsumedBatch(slice, of: orders, ConsumedBatch.Filter(from: 0))
      numbers += records.compactMap { $0.text?.split(separator: " ").first.flatMap { Int($0) } }
    }
    return numbers
  }

  /// Starts senders one after the other, each once the one before has been taken or waits.
  private static func start(
    _ count: Int, _ producer: Producer, _ partition: HeldPartition
  ) async -> [Task<Result<RecordReceipt, VarveError>, Never>] {
    var tasks: [Task<Result<RecordReceipt, VarveError>, Never>] = []
    for number in 0..<count {
      tasks.append(
        Task {
          do throws(VarveError) {
            return .success(try await producer.send("held", value: value(number)))
          } catch { return .failure(error) }
        })
      while partition.batches.count + producer.waitingCount <= number { await Task.yield() }
    }
    return tasks
  }

  @Test("G20: senders suspend when the buffer is full, and go on in the order they came")
  func backPressure() async throws {
    let cluster = HeldCluster()
    let partition = cluster.held[0]
    let producer = try Self.small(cluster)
    let count = 40
    let tasks = await Self.start(count, producer, partition)
    #expect(partition.batches.count == 4 && producer.waitingCount == count - 4)
    #expect(try producer.tryEnqueue("held", value: "no room") == false)
    for written in 1...count - 4 {
      partition.release(1)
      await partition.arrival(of: 4 + written)
      #expect(partition.batches.count == 4 + written, "one goes, one comes")
    }
    partition.release()
    for (number, task) in tasks.enumerated() {
      #expect(try await task.value.get().offset == Offset(Int64(number)))
    }
    #expect(try Self.numbers(partition.batches) == Array(0..<count))
    #expect(try producer.tryEnqueue("held", value: "room again"))
    partition.release()
    try await producer.close()
  }

  @Test("G20: a hundred tasks never have more taken than the buffer holds")
  func bounded() async throws {
    let cluster = HeldCluster(partitions: 3)
    let producer = try Self.small(cluster)
    let sending = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<100 {
          group.addTask {
            for number in 0..<10 {
              try await producer.send(
                "held", partition: Int32((task + number) % 3), value: Self.value(task))
            }
          }
        }
        try await group.waitForAll()
      }
    }
    var released = [0, 0, 0]
    var most = 0
    while released.reduce(0, +) < 1000 {
      let waiting = cluster.held.enumerated().map { $1.batches.count - released[$0] }
      most = max(most, waiting.reduce(0, +))
      for (index, partition) in cluster.held.enumerated() where waiting[index] > 0 {
        released[index] += 1
        partition.release(1)
      }
      await Task.yield()
    }
    try await sending.value
    // A batch counts from its arrival to its release, in which others may come.
    #expect(most <= 4)
    try await producer.close()
  }

  @Test func `a sender cancelled while it waits has sent nothing, and others go on`() async throws {
    let cluster = HeldCluster()
    let partition = cluster.held[0]
    let producer = try Self.small(cluster)
    let tasks = await Self.start(8, producer, partition)
    tasks[4].cancel()
    tasks[6].cancel()
    // Those who were taken already are told the outcome all the same.
    tasks[0].cancel()
    for number in [4, 6] {
      let error = await #expect(throws: VarveError.self) { try await tasks[number].value.get() }
      #expect(error?.code == .cancelled)
    }
    // One at a time: two that go on at once may overtake one another.
    for arrived in 5...6 {
      partition.release(1)
      await partition.arrival(of: arrived)
    }
    partition.release()
    for number in [0, 1, 2, 3, 5, 7] {
      await #expect(throws: Never.self) { try await tasks[number].value.get() }
    }
    #expect(try Self.numbers(partition.batches) == [0, 1, 2, 3, 5, 7])
    try await producer.close()
  }

  @Test func `closing sends those away who wait, and waits for those taken`() async throws {
    let cluster = HeldCluster()
    let partition = cluster.held[0]
    let producer = try Self.small(cluster)
    let tasks = await Self.start(7, producer, partition)
    let closing = Task { try await producer.close() }
    for task in tasks[4...] {
      let result = await task.value
      #expect(throws: VarveError.self) { try result.get() }
      if case .failure(let error) = result { #expect(error.code == .closed) }
    }
    partition.release()
    try await closing.value
    for task in tasks[..<4] { _ = try await task.value.get() }
    #expect(partition.batches.count == 4)
    let late = await failure { () async throws(VarveError) in
      _ = try await producer.send("held", value: "late")
    }
    #expect(late?.code == .closed)
    try await producer.close()
  }

  @Test func `an error is told to every sender of the batch, and to nobody else`() async throws {
    let cluster = HeldCluster()
    let partition = cluster.held[0]
    let producer = try Self.small(cluster, linger: .seconds(3600))
    let senders = (0..<5).map { number in
      Task { () async -> VarveError? in
        await failure { () async throws(VarveError) in
          _ = try await producer.send("held", value: "\(number)")
        }
      }
    }
    while producer.pendingCount < 5 { await Task.yield() }
    let flush = Task { try await producer.flush() }
    await partition.arrival(of: 1)
    partition.release(failing: VarveError(.diskFull, "no space"))
    for sender in senders { #expect(await sender.value?.code == .diskFull) }
    // All were told: a flush has nothing to add.
    try await flush.value

    try await producer.enqueue("held", value: "unheard")
    let second = Task {
      await failure { () async throws(VarveError) in try await producer.flush() }
    }
    await partition.arrival(of: 2)
    partition.release(failing: VarveError(.diskFull, "no space"))
    #expect(await second.value?.code == .diskFull)
    try await producer.close()
  }

  @Test func `a flush waits for what was taken before, not for what comes after`() async throws {
    let cluster = HeldCluster()
    let partition = cluster.held[0]
    let producer = try Self.small(cluster, linger: .seconds(3600))
    try await producer.enqueue("held", value: "0")
    let flush = Task { try await producer.flush() }
    await partition.arrival(of: 1)
    try await producer.enqueue("held", value: "1")
    partition.release(1)
    try await flush.value
    #expect(partition.batches.count == 1)
    let close = Task { try await producer.close() }
    await partition.arrival(of: 2)
    partition.release()
    try await close.value
  }

  @Test func `whoever waits for room has lingering batches written, not filled`() async throws {
    let cluster = HeldCluster(partitions: 4)
    let producer = try Self.small(cluster, linger: .seconds(3600))
    for partition in Int32(0)..<4 {
      try await producer.enqueue("held", partition: partition, value: "0 lingers")
    }
    #expect(cluster.held.allSatisfy { $0.batches.isEmpty })
    // There is room in the open batch, so this one need not wait.
    try await producer.enqueue("held", partition: 0, value: "1 fits" + Self.value(1).prefix(300))
    let large = Task { try await producer.send("held", partition: 0, value: Self.value(2)) }
    for partition in cluster.held { await partition.arrival(of: 1) }
    for partition in cluster.held { partition.release() }
    await cluster.held[0].arrival(of: 2)
    cluster.held[0].release()
    #expect(try await large.value.offset == 2)
    #expect(try Self.numbers(cluster.held[0].batches) == [0, 1, 2])
    try await producer.close()
  }

  @Test func `batches of a producer with an id are numbered without a gap`() async throws {
    let cluster = HeldCluster(holds: false)
    let producer = try Self.small(cluster, identity: ProducerIdentity(id: 77, epoch: 3))
    for number in 0..<20 {
      try await producer.enqueue("held", value: "\(number)")
    }
    try await producer.close()
    var next: Int32 = 0
    for header in try cluster.held[0].batches.flatMap({ try storedHeaders($0) }) {
      #expect(header.producerID == 77 && header.producerEpoch == 3)
      #expect(header.baseSequence == next)
      next += header.recordCount
    }
    #expect(next == 20)
  }
}
