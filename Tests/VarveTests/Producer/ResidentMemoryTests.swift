import Foundation
import Synchronization
import Testing
import Varve
import VarveTestKit

/// A producer with much more to send than a disk takes, in a process of its own, whose memory is
/// then the producer's.
@Suite struct ResidentMemoryTests {
  @Test("G20: with a stalled disk a producer's memory stays within its buffer and a fifth")
  func bounded() async {
    await #expect(processExitsWith: .success) {
      // Large, so that what does not depend on it (64 tasks, their values, the allocator's pieces)
      // is small beside the fifth that may come on top.
      let buffer = 128 << 20
      let cluster = StalledCluster()
      var options = Producer.Options()
      options.bufferBytes = buffer
      let producer = try Producer(cluster, options: options)
      let start = try residentBytes()
      // Three times what the buffer holds; a value nearly fills a batch.
      let (tasks, each, size) = (64, 104, 60 << 10)
      let end = Flag()
      Task {
        defer { end.isReached.store(true, ordering: .releasing) }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<tasks {
            group.addTask {
              let value = [UInt8](repeating: 7, count: size)
              for _ in 0..<each { try await producer.enqueue("stalled", value: value) }
            }
          }
          try await group.waitForAll()
        }
        try await producer.flush()
      }
      // The disk takes nothing until the buffer is full and somebody waits: on one core tasks come
      // one after the other, and the first may be through by then.
      let batches = buffer / options.batchBytes
      while cluster.partition.heldCount < batches || producer.waitingCount == 0 {
        await Task.yield()
      }
      #expect(cluster.partition.heldCount == batches)
      var most = try residentBytes()
      var taken = 0
      while !end.isReached.load(ordering: .acquiring) {
        if cluster.partition.takeOne() { taken += 1 } else { await Task.yield() }
        if taken % 64 == 0 { most = max(most, try residentBytes()) }
      }
      #expect(taken == tasks * each)
      #expect(cluster.partition.mostBytes > buffer * 9 / 10)
      #expect(cluster.partition.mostBytes <= buffer)
      #expect(most - start <= buffer * 6 / 5, "\((most - start) >> 20) MiB")
    }
  }
}

private final class Flag: Sendable {
  let isReached = Atomic(false)
}

/// The pages of this process that are in memory.
private func residentBytes() throws -> Int {
  let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  return pages * sysconf(Int32(_SC_PAGESIZE))
}
