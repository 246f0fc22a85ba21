import Synchronization
import Testing
import Varve
import VarveQueues
import VarveTestKit

/// Goal: whoever enqueues a job twice is told so, and the job is done once. The oracle is what the
/// first receipt said.
@Suite(.timeLimit(.hang)) struct DuplicateJobTests {
  @Test func `G48: a copy is answered with the first one's offset, over a restart`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/data"
    var options = WorkQueueOptions()
    options.deduplicationWindow = .seconds(86_400)
    options.partitions = 3
    var firsts: [String: EnqueueReceipt] = [:]
    for round in 0..<3 {
      let varve = try await Varve.open(path)
      let queue = try await varve.workQueue("jobs", jobs: .text, options: options)
      for id in ["a", "b", "c", "d", "e"] {
        let receipt = try await queue.enqueue(id, options: EnqueueOptions(messageID: id))
        let first = firsts[id] ?? receipt
        #expect(receipt.isDuplicate == (round > 0), "\(id) in round \(round)")
        #expect(receipt.partition == first.partition && receipt.offset == first.offset)
        firsts[id] = first
      }
      let other = try await queue.enqueue("without an id")
      #expect(!other.isDuplicate)
      let handled = Seen<String>()
      let worker = Task { try await queue.work { job, _ in handled.add(job) } }
      // The last round has copies alone but for one.
      await handled.reach(round == 0 ? 6 : 1)
      worker.cancel()
      try await worker.value
      let expected = round == 0 ? ["a", "b", "c", "d", "e", "without an id"] : ["without an id"]
      #expect(handled.all.sorted() == expected)
      try await varve.close()
    }
  }

  @Test(arguments: Door.allCases)
  func `G48: a copy is known from both sides of the protocol`(_ door: Door) async throws {
    try await door.with { varve in
      var options = WorkQueueOptions()
      options.deduplicationWindow = .seconds(86_400)
      let queue = try await varve.workQueue("jobs", jobs: .text, options: options)
      var receipts: [EnqueueReceipt] = []
      for id in ["a", "b", "a"] {
        receipts.append(try await queue.enqueue(id, options: EnqueueOptions(messageID: id)))
      }
      #expect(receipts.map(\.isDuplicate) == [false, false, true])
      #expect(receipts.map(\.offset) == [0, 1, 0])
      try await queue.close()
    }
  }

  @Test func `G48: a queue without a window has no copies`() async throws {
    let varve = try Varve.inMemory()
    let queue = try await varve.workQueue("jobs", jobs: .text)
    var receipts: [EnqueueReceipt] = []
    for _ in 0..<2 {
      receipts.append(try await queue.enqueue("a", options: EnqueueOptions(messageID: "a")))
    }
    #expect(receipts.map(\.isDuplicate) == [false, false])
    #expect(receipts.map(\.offset) == [0, 1])
    try await varve.close()
  }
}
