import Testing
import Varve
import VarveBase
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Goal: a server whose disk is full says so and goes on. Method: a simulated disk, filled
/// by clients; what was acknowledged is compared with what is read.
@Suite struct FullDiskTests {
  private static let topic = "records"

  @Test("G14: a full disk refuses writes, loses nothing, is read from, and takes more once it can")
  func full() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    try await ServedBroker.run(on: disk) { served in
      try await served.varve.createTopic(Self.topic, partitions: 4)
      disk.setCapacity(3 << 20)
      var acknowledged = try await Self.fill(served, round: 0)
      #expect(acknowledged.contains { !$0.isEmpty })
      #expect(try await Self.read(served) == acknowledged)
      disk.setCapacity(.max)
      for (partition, more) in try await Self.fill(served, round: 1, upTo: 5).enumerated() {
        #expect(more.count == 5)
        acknowledged[partition] += more
      }
      #expect(try await Self.read(served) == acknowledged)
    }
  }

  /// A client for each partition writes until it is refused, or has written so much. What was
  /// acknowledged, by partition.
  private static func fill(
    _ served: ServedBroker, round: Int, upTo most: Int = .max
  ) async throws -> [[String]] {
    try await withThrowingTaskGroup { group in
      for partition in 0..<Int32(4) {
        group.addTask {
          (partition, try await write(served, partition, round: round, upTo: most))
        }
      }
      var acknowledged = [[String]](repeating: [], count: 4)
      for try await (partition, values) in group { acknowledged[Int(partition)] = values }
      return acknowledged
    }
  }

  private static func write(
    _ served: ServedBroker, _ partition: Int32, round: Int, upTo most: Int
  ) async throws -> [String] {
    try await served.client { client in
      var acknowledged: [String] = []
      let filling = String(repeating: "x", count: 20_000)
      while acknowledged.count < most {
        let value = "\(round) \(partition) \(acknowledged.count) \(filling)"
        let request = ProduceRequest(topic, partition, batch: try batch([value]))
        let response: ProduceResponse = try client.ask(request, version: 9)
        let answer = response.topics[0].partitions[0]
        guard answer.errorCode == ErrorCode.none else {
          #expect(answer.errorCode == .kafkaStorageError)
          #expect(answer.baseOffset == -1)
          break
        }
        acknowledged.append(value)
      }
      return acknowledged
    }
  }

  private static func read(_ served: ServedBroker) async throws -> [[String]] {
    try await served.client { client in
      try (0..<Int32(4)).map { partition in
        var all: [String] = []
        while true {
          var request = FetchRequest(topic, partition, from: Offset(rawValue: Int64(all.count)))
          // One batch at a time: what does not fit is cut.
          request.topics[0].partitions[0].partitionMaxBytes = 1
          let response: FetchResponse = try client.ask(request, version: 12)
          let found = try values(response.topics[0].partitions[0].records)
          guard !found.isEmpty else { return all }
          all += found
        }
      }
    }
  }
}
